package dev.kaiaku.dataset.scrub;

/** What kind of personal data, and what stands in its place. */
public enum PiiType {
    EMAIL("email"),
    PHONE("phone"),
    /** Brazilian tax number of a person. */
    CPF("cpf"),
    /** Brazilian tax number of a company. */
    CNPJ("cnpj"),
    /** Number of a payment card. */
    CARD("card"),
    IBAN("iban"),
    /** Street and house number, post box or postal code. */
    ADDRESS("address"),
    IPV4("ip"),
    IPV6("ip"),
    /** A key or token that opens an account of a service. */
    TOKEN("token"),
    /** An address that only the invited should have, or one inside a private network. */
    PRIVATE_URL("private link"),
    PASSWORD("password"),
    /** A word of the group's own list. */
    OWN_WORD("private");

    private final String label;

    PiiType(String label) {
        this.label = label;
    }

    /** As it is counted, such as {@code private link}. */
    public String label() {
        return label;
    }

    /** What stands in place of a finding, such as {@code <email>}. */
    public String placeholder() {
        return "<" + label + ">";
    }
}
