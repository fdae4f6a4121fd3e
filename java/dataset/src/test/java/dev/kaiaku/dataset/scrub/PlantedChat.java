package dev.kaiaku.dataset.scrub;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.function.Supplier;

/**
 * Makes up lines of chat in Portuguese and English with personal data of nobody in them, and lines that only look
 * so. Written after the rules, which saw none of it.
 */
final class PlantedChat {
    private static final List<String> BEFORE = List.of(
            "",
            "",
            "mano ",
            "gente, ",
            "olha: ",
            "então ",
            "hey ",
            "ok so ",
            "yo ",
            "btw ",
            "kkkkk ",
            "ah ",
            "@bia ",
            "amanhã te falo mas ",
            "1) ",
            "p.s. ",
            "> ");
    private static final List<String> AFTER = List.of(
            "",
            "",
            " kkkk",
            " 😂",
            "!!",
            " pls",
            " ok?",
            ", valeu",
            ". depois apaga",
            " (não espalha)",
            "\ne é isso",
            " lol",
            " — ele mesmo",
            " e pronto",
            "; thanks",
            " :kekw:");
    private static final List<String> FIRST = List.of(
            "marina",
            "Rafael",
            "thiago",
            "Wendy",
            "oliver",
            "priscila",
            "kaique",
            "Emma",
            "jorge",
            "yasmin",
            "Dylan",
            "heitor",
            "noah");
    private static final List<String> LAST = List.of(
            "moreira",
            "Fonseca",
            "walker",
            "azevedo",
            "Bennett",
            "cardoso",
            "nogueira",
            "Hughes",
            "teixeira",
            "xavier",
            "Quinn");
    private static final List<String> DOMAINS = List.of(
            "gmail.com",
            "hotmail.com",
            "outlook.com.br",
            "icloud.com",
            "proton.me",
            "usp.br",
            "aluno.ufmg.br",
            "company.co.uk",
            "startup.dev",
            "prefeitura.sp.gov.br",
            "fastmail.fm",
            "ig.com.br",
            "mit.edu");
    private static final List<String> STREETS = List.of(
            "das Laranjeiras",
            "Tiradentes",
            "Coronel Fabriciano",
            "Dom Pedro II",
            "dos Pinheiros",
            "Marechal Deodoro",
            "Vergueiro",
            "Santo Antônio",
            "Presidente Vargas",
            "Padre Chagas",
            "José Bonifácio",
            "do Comércio");
    private static final List<String> ENGLISH_STREETS = List.of(
            "Willow Creek",
            "Elm",
            "Martin Luther King",
            "Sunset",
            "Park",
            "Highland",
            "N Lincoln",
            "Cedar Hill",
            "Orchard",
            "Jefferson",
            "Mill");
    private static final String LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";

    private final Random random;

    PlantedChat(long seed) {
        random = new Random(seed);
    }

    /** Some lines of each of twelve types. */
    List<Planted> positives(int each) {
        List<Planted> lines = new ArrayList<>();
        for (int i = 0; i < each; i++) {
            lines.add(plant(
                    PiiType.EMAIL,
                    email(),
                    "me escreve em %s",
                    "email dela: %s",
                    "%s",
                    "reach me at %s",
                    "cc %s on that",
                    "login %s"));
            lines.add(plant(
                    PiiType.PHONE,
                    phone(),
                    "meu numero %s",
                    "%s",
                    "salva meu contato %s",
                    "ring me on %s",
                    "novo chip: %s",
                    "this is her phone %s"));
            lines.add(plant(
                    PiiType.CPF,
                    cpf(),
                    "o cpf é %s",
                    "precisa do documento? %s",
                    "%s",
                    "titular: %s",
                    "register with %s"));
            lines.add(plant(
                    PiiType.CNPJ,
                    cnpj(),
                    "nota em nome de %s",
                    "%s",
                    "razão social sei lá, cnpj %s",
                    "vendor id is %s"));
            lines.add(plant(
                    PiiType.CARD,
                    card(),
                    "passa no crédito %s",
                    "%s",
                    "visa number %s",
                    "salvei o cartão %s no site",
                    "charge %s instead"));
            lines.add(plant(
                    PiiType.IBAN, iban(), "manda pra conta %s", "%s", "my bank gave me %s", "wire it to %s today"));
            lines.add(plant(
                    PiiType.ADDRESS,
                    address(),
                    "o endereço é %s",
                    "%s",
                    "moramos na %s",
                    "uber pra %s",
                    "we moved to %s"));
            lines.add(plant(
                    PiiType.IPV4, ipv4(), "entra no server %s", "%s", "levei ban no ip %s", "bind it to %s", "mc: %s"));
            lines.add(plant(PiiType.IPV6, ipv6(), "pinga %s", "%s", "o v6 daqui é %s", "set AAAA to %s"));
            lines.add(plant(
                    PiiType.TOKEN, token(), "usa minha key %s", "%s", "vazou %s", "export KEY=%s", "the token is %s"));
            lines.add(plant(PiiType.PRIVATE_URL, link(), "entra aí %s", "%s", "o link é %s", "join %s", "see %s"));
            String password = password();
            lines.add(plant(
                    PiiType.PASSWORD,
                    password,
                    "a senha é %s",
                    "senha: %s",
                    "password is %s",
                    "pwd: %s",
                    "senha do wifi: %s",
                    "login root pass %s"));
        }
        return lines;
    }

    /** Lines in which nothing personal is. */
    List<Planted> lookAlikes(int count) {
        List<Supplier<String>> kinds = List.of(
                () -> "id " + (150_000_000_000_000_000L + (long) (random.nextDouble() * 1_200_000_000_000_000_000L)),
                () -> "R$ " + between(1, 999) + "." + digits(3) + "," + digits(2) + " no pix",
                () -> "$" + between(1, 99) + "," + digits(3) + ".99",
                () -> two(1, 28) + "/" + two(1, 12) + "/" + between(1990, 2026) + " às " + two(0, 23) + ":"
                        + two(0, 59),
                () -> between(2000, 2026) + "-" + two(1, 12) + "-" + two(1, 28) + "T" + two(0, 23) + ":" + two(0, 59)
                        + ":00Z",
                () -> "foi " + between(0, 9) + "x" + between(0, 9) + " e depois " + between(0, 120) + "-"
                        + between(0, 120),
                () -> "v" + between(0, 9) + "." + between(0, 30) + "." + between(0, 30) + "." + between(0, 9),
                () -> "versão " + between(1, 140) + ".0." + between(1000, 7000) + "." + between(1, 200),
                () -> "https://www.youtube.com/watch?v=" + word(11) + "&t=" + between(1, 900),
                () -> "https://github.com/" + pick(FIRST) + "/repo/issues/" + between(1, 9999),
                () -> "https://www.reddit.com/r/brasil/comments/" + word(7) + "/titulo_do_post/",
                () -> "https://twitter.com/x/status/" + (1_400_000_000_000_000_000L + random.nextInt(1_000_000_000)),
                () -> "sha256 " + hex(64),
                () -> "commit " + hex(40),
                () -> hex(8) + "-" + hex(4) + "-4" + hex(3) + "-a" + hex(3) + "-" + hex(12),
                () -> "epoch " + between(1_500_000_000, 1_790_000_000),
                () -> "ts=" + (1_500_000_000_000L + random.nextInt(2_000_000_000)),
                () -> "pedido #" + digits(8) + " saiu",
                () -> "protocolo " + between(2015, 2026) + digits(9),
                () -> "cpf " + broken(cpf()) + " é inválido",
                () -> "cnpj falso " + broken(cnpj()),
                () -> "card " + broken(card()) + " was declined, fake",
                () -> "iban " + iban().replaceFirst("\\d\\d", "00") + " typo",
                () -> between(2, 60) + " dias, " + between(1, 23) + "h e " + between(1, 59) + "min",
                () -> "na rua tinha " + between(2, 300) + " pessoas",
                () -> "a avenida parou por " + between(2, 9) + " horas",
                () -> between(2, 90) + " people on the street",
                () -> "walked " + between(2, 90) + " blocks down the road",
                () -> "esqueci minha senha " + between(2, 9) + " vezes",
                () -> "password reset took " + between(2, 90) + " minutes",
                () -> "senha fraca é foda",
                () -> "@" + pick(FIRST) + "_" + between(1, 99) + " vem",
                () -> pick(FIRST) + "@" + pick(LAST) + " só que sem o resto",
                () -> "mario kart @ " + between(18, 23) + "h",
                () -> "mega sena " + two(1, 60) + " " + two(1, 60) + " " + two(1, 60) + " " + two(1, 60) + " "
                        + two(1, 60) + " " + two(1, 60),
                () -> "elo " + between(800, 2400) + ", k/d " + between(0, 30) + "/" + between(0, 30) + "/"
                        + between(0, 30),
                () -> "std::chrono::seconds(" + between(1, 60) + ")",
                () -> two(0, 23) + ":" + two(0, 59) + ":" + two(0, 59) + " de live",
                () -> "kkkkkkkk " + "1".repeat(between(5, 16)),
                () -> between(1, 99) + "." + digits(3) + "." + digits(3) + " views",
                () -> between(1900, 1999) + "-" + between(2000, 2026),
                () -> between(1920, 3840) + "x" + between(1080, 2160) + " @ " + between(60, 240) + "hz",
                () -> "rastreio " + "QB" + digits(9) + "BR",
                () -> "lei " + between(1000, 14999) + "/" + between(1988, 2025) + " art. " + between(1, 90),
                () -> "0x" + hex(8),
                () -> "lat -" + between(1, 33) + "." + digits(6) + ", lon -" + between(35, 60) + "." + digits(6),
                () -> "tira " + between(1, 20) + "d" + between(4, 20) + "+" + between(1, 9),
                () -> "isbn 978-" + between(0, 9) + "-" + digits(4) + "-" + digits(4) + "-" + between(0, 9));
        List<Planted> lines = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            lines.add(
                    Planted.of(null, pick(BEFORE) + kinds.get(i % kinds.size()).get() + pick(AFTER)));
        }
        return lines;
    }

    private Planted plant(PiiType type, String value, String... frames) {
        String frame = frames[random.nextInt(frames.length)];
        String after = type == PiiType.PRIVATE_URL || type == PiiType.PASSWORD
                ? pick(List.of("", " kkkk", "\nblz?", " aí"))
                : pick(AFTER);
        return Planted.of(type, pick(BEFORE) + frame.formatted("{" + value + "}") + after);
    }

    private String email() {
        String sign = pick(List.of(".", "_", "", "-"));
        String user =
                pick(FIRST) + sign + pick(LAST) + pick(List.of("", "", String.valueOf(between(1, 2005)), "+lojas"));
        return (random.nextBoolean() ? user.toLowerCase(Locale.ROOT) : user) + "@" + pick(DOMAINS);
    }

    private String phone() {
        String area = pick(List.of("11", "21", "31", "41", "48", "51", "61", "71", "81", "85", "92"));
        String mobile = "9" + between(6, 9) + digits(3);
        return switch (random.nextInt(9)) {
            case 0 -> "(" + area + ") " + mobile + "-" + digits(4);
            case 1 -> "+55 " + area + " " + mobile + "-" + digits(4);
            case 2 -> area + mobile + digits(4);
            case 3 -> "55" + area + mobile + digits(4);
            case 4 -> area + " " + mobile + " " + digits(4);
            case 5 ->
                "(" + pick(List.of("212", "305", "415", "512", "617", "702")) + ") " + between(2, 9) + between(2, 9)
                        + digits(1) + "-" + digits(4);
            case 6 ->
                pick(List.of("212", "305", "415", "512", "617")) + "-" + between(2, 9) + between(2, 9) + digits(1) + "-"
                        + digits(4);
            case 7 ->
                "+1 " + pick(List.of("213", "206", "303", "646")) + " " + between(2, 9) + between(2, 9) + digits(1)
                        + " " + digits(4);
            default -> "(" + area + ") " + between(3, 3) + between(2, 9) + digits(2) + "-" + digits(4);
        };
    }

    private String cpf() {
        StringBuilder digits = new StringBuilder(digits(9));
        for (int length = 9; length < 11; length++) {
            int sum = 0;
            for (int i = 0; i < length; i++) {
                sum += (digits.charAt(i) - '0') * (length + 1 - i);
            }
            digits.append(sum * 10 % 11 % 10);
        }
        String cpf = digits.toString();
        return random.nextInt(3) == 0
                ? cpf
                : cpf.substring(0, 3) + "." + cpf.substring(3, 6) + "." + cpf.substring(6, 9) + "-" + cpf.substring(9);
    }

    private String cnpj() {
        StringBuilder digits = new StringBuilder(digits(8) + "000" + between(1, 9));
        for (int length = 12; length < 14; length++) {
            int sum = 0;
            int weight = length - 7;
            for (int i = 0; i < length; i++) {
                sum += (digits.charAt(i) - '0') * weight;
                weight = weight == 2 ? 9 : weight - 1;
            }
            digits.append(sum % 11 < 2 ? 0 : 11 - sum % 11);
        }
        String cnpj = digits.toString();
        return random.nextInt(3) == 0
                ? cnpj
                : cnpj.substring(0, 2) + "." + cnpj.substring(2, 5) + "." + cnpj.substring(5, 8) + "/"
                        + cnpj.substring(8, 12) + "-" + cnpj.substring(12);
    }

    private String card() {
        String prefix = pick(List.of("4532", "4024", "5234", "5399", "2545", "6362", "5067", "6011"));
        String body = prefix + digits(11);
        int sum = 0;
        for (int i = 0; i < body.length(); i++) {
            int digit = body.charAt(body.length() - 1 - i) - '0';
            int doubled = i % 2 == 0 ? digit * 2 : digit;
            sum += doubled / 10 + doubled % 10;
        }
        String card = body + (10 - sum % 10) % 10;
        String sign = pick(List.of("", " ", " ", "-"));
        return String.join(sign, card.substring(0, 4), card.substring(4, 8), card.substring(8, 12), card.substring(12));
    }

    private String iban() {
        String[] shape = pick(List.of("DE:18", "PT:21", "ES:20", "BE:12", "AT:16", "DK:14", "FI:14", "CH:17", "PL:24"))
                .split(":", 2);
        String account = digits(Integer.parseInt(shape[1]));
        StringBuilder number = new StringBuilder();
        (account + shape[0] + "00").chars().forEach(c -> number.append(Character.digit(c, 36)));
        int rest = new java.math.BigInteger(number.toString())
                .mod(java.math.BigInteger.valueOf(97))
                .intValue();
        String iban = shape[0] + "%02d".formatted(98 - rest) + account;
        return random.nextBoolean() ? iban : iban.replaceAll("(.{4})(?=.)", "$1 ");
    }

    private String address() {
        String street = pick(List.of("Rua ", "rua ", "Av. ", "Avenida ", "R. ", "Travessa ", "Alameda ", "Praça "))
                + pick(STREETS);
        String suffix = pick(List.of("Street", "St", "Avenue", "Ave", "Road", "Rd", "Blvd", "Lane", "Drive", "Court"));
        return switch (random.nextInt(7)) {
            case 0 -> street + ", " + between(1, 4000);
            case 1 -> street + " " + between(1, 4000);
            case 2 -> street + ", nº " + between(1, 4000) + ", apto " + between(1, 200);
            case 3 -> street.toLowerCase(Locale.ROOT) + ", " + between(1, 4000);
            case 4 -> between(1, 9999) + " " + pick(ENGLISH_STREETS) + " " + suffix;
            case 5 -> between(1, 9999) + " " + pick(ENGLISH_STREETS) + " " + suffix + ", Apt " + between(1, 40);
            default -> digits(5) + "-" + digits(3);
        };
    }

    private String ipv4() {
        String network = pick(List.of(
                "177.40", "179.98", "187.3", "189.100", "191.255", "200.18", "45.79", "51.81", "192.168", "10.0"));
        return network + "." + between(0, 254) + "." + between(1, 254);
    }

    private String ipv6() {
        String prefix = pick(List.of("2804:", "2001:", "2a01:", "2607:", "fd00:", "2603:"));
        return random.nextBoolean()
                ? prefix + group() + ":" + group() + "::" + group()
                : prefix + group() + ":" + group() + ":" + group() + ":" + group() + ":" + group() + ":" + group() + ":"
                        + group();
    }

    private String group() {
        return Integer.toHexString(between(0x100, 0xffff));
    }

    private String token() {
        return switch (random.nextInt(10)) {
            case 0 -> "ghp_" + word(36);
            case 1 -> "hf_" + word(34);
            case 2 -> "AKIA" + word(16).toUpperCase(Locale.ROOT);
            case 3 -> "sk-" + word(48);
            case 4 -> "xoxp-" + digits(11) + "-" + digits(12) + "-" + word(32);
            case 5 -> "AIza" + word(35);
            case 6 -> "sk_test_" + word(24);
            case 7 -> between(100_000_000, 999_999_999) + ":AA" + word(33);
            case 8 -> "eyJ" + word(20) + ".eyJ" + word(50) + "." + word(43);
            default -> "glpat-" + word(20);
        };
    }

    private String link() {
        return switch (random.nextInt(10)) {
            case 0 -> "https://discord.gg/" + word(8);
            case 1 -> "https://chat.whatsapp.com/" + word(22);
            case 2 -> "https://docs.google.com/spreadsheets/d/" + word(44) + "/edit#gid=0";
            case 3 -> "https://drive.google.com/drive/folders/" + word(33);
            case 4 -> "https://zoom.us/j/" + digits(11);
            case 5 -> "http://192.168." + between(0, 9) + "." + between(2, 250) + ":" + between(1000, 9999) + "/";
            case 6 -> "https://wiki.empresa.internal/pages/" + digits(5);
            case 7 -> "https://app.site.com/convite?invite=" + word(16);
            case 8 -> "https://www.dropbox.com/scl/fi/" + word(20) + "/lista.pdf?rlkey=" + word(20);
            default -> "http://localhost:" + between(3000, 9000) + "/admin";
        };
    }

    private String password() {
        return pick(List.of("Lua", "gato", "Verao", "dragon", "palmeiras", "M0nkey", "cafe"))
                + pick(List.of("@", "#", "", "!", "_"))
                + between(100, 99_999);
    }

    /** With its last digit changed. */
    private static String broken(String number) {
        int last = number.charAt(number.length() - 1) - '0';
        return number.substring(0, number.length() - 1) + (last + 1 + (last == 8 ? 1 : 0)) % 10;
    }

    private String digits(int count) {
        StringBuilder digits = new StringBuilder();
        random.ints(count, 0, 10).forEach(digits::append);
        return digits.toString();
    }

    private String word(int length) {
        StringBuilder word = new StringBuilder();
        random.ints(length, 0, LETTERS.length()).forEach(i -> word.append(LETTERS.charAt(i)));
        return word.toString();
    }

    private String hex(int length) {
        StringBuilder hex = new StringBuilder();
        random.ints(length, 0, 16).forEach(i -> hex.append(Character.forDigit(i, 16)));
        return hex.toString();
    }

    private String two(int from, int to) {
        return "%02d".formatted(between(from, to));
    }

    private int between(int from, int to) {
        return from + random.nextInt(to - from + 1);
    }

    private <T> T pick(List<T> list) {
        return list.get(random.nextInt(list.size()));
    }
}
