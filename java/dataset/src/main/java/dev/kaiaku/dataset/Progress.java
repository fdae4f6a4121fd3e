package dev.kaiaku.dataset;

/** Told how far long work has come; called often, from the working thread. */
@FunctionalInterface
public interface Progress {
    /** Ignores everything. */
    Progress NONE = (task, done, total) -> {};

    /**
     * @param task what is going on, in a word or two, such as {@code "reading"}
     * @param done units done so far
     * @param total units in all, or 0 where that is not known
     */
    void report(String task, long done, long total);
}
