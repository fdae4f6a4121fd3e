package dev.kaiaku.model.format;

/** Template texts of formats whose roles alternate; they render what {@link ChatFormat#render} does. */
final class AlternatingTemplate {
    private static final String TEXT = "{%% set ns = namespace(role='', system='') %%}"
            + "{%% for message in messages %%}"
            + "{%% if message['role'] == 'system' %%}{%% set ns.system = message['content'] + '\\n\\n' %%}"
            + "{%% else %%}"
            + "{%% if message['role'] == ns.role %%}{{ '\\n' }}"
            + "{%% else %%}"
            + "{%% if ns.role == 'user' %%}{{ %4$s + %6$s }}{%% elif ns.role %%}{{ %5$s + %6$s }}{%% endif %%}"
            + "{%% if message['role'] == 'user' %%}{{ %1$s + %3$s }}{%% else %%}{{ %2$s + %3$s }}{%% endif %%}"
            + "{%% set ns.role = message['role'] %%}"
            + "{%% endif %%}"
            + "{%% if message['role'] == 'user' %%}{{ ns.system }}{%% set ns.system = '' %%}{%% endif %%}"
            + "{{ message['content'] }}"
            + "{%% endif %%}"
            + "{%% endfor %%}"
            + "{%% if ns.role == 'user' %%}{{ %4$s }}{%% elif ns.role and not add_generation_prompt %%}{{ %5$s }}{%% endif %%}"
            + "{%% if add_generation_prompt %%}"
            + "{%% if ns.role == 'assistant' %%}{{ '\\n' }}{%% elif ns.role %%}{{ %6$s + %2$s }}{%% else %%}{{ %2$s }}{%% endif %%}"
            + "{%% endif %%}";

    private AlternatingTemplate() {}

    /** All arguments are Jinja expressions; {@code prefix} is what a content begins with. */
    static String write(
            String openUser, String openModel, String prefix, String closeUser, String closeModel, String between) {
        return TEXT.formatted(openUser, openModel, prefix, closeUser, closeModel, between);
    }

    /** In Go's template language; Ollama joins the system messages, and neighbours of one role, by itself. */
    static String writeForOllama(
            String openUser, String openModel, String prefix, String closeUser, String closeModel) {
        return "{{ $system := .System }}{{ range .Messages }}{{ if eq .Role \"user\" }}" + openUser + prefix
                + "{{ if $system }}{{ $system }}\n\n{{ $system = \"\" }}{{ end }}{{ .Content }}" + closeUser
                + "{{ else if eq .Role \"assistant\" }}" + openModel + prefix + "{{ .Content }}" + closeModel
                + "{{ end }}{{ end }}" + openModel;
    }
}
