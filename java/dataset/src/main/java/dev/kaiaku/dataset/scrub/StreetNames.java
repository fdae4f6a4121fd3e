package dev.kaiaku.dataset.scrub;

import java.util.Set;

/** Words that tell a street's name from a sentence that only mentions a street. */
final class StreetNames {
    private static final Set<String> NEVER = words("""
            em com tem tá ta tava está estava desde há por pra para sem que é eh foi era na no nas nos às as os uns umas um
            uma mais menos até ate tipo só so já ja deu fui vi vem vai toda todo inteira aqui ali lá la cheia fechada porque
            pq quando onde se eu ele ela faz fica ficou comprar
            the a an of to in on at for is are was were and or this that my your his her their more people guys cars minutes
            min hours hour days blocks block miles mile feet years times down up from by with st nd rd th way dirt long easy
            busy dead different same other good bad kids dogs houses lane pm am percent dollars bucks i we you they it steps
            meters km off over per every each
            """);
    private static final Set<String> UNITS = words("""
            hora horas h hs min minuto minutos dia dias ano anos mês meses vez vezes real reais conto contos pila pessoas
            pessoa cara caras carros carro gols gol km metros m kg mil milhões bares casas lojas cachorros graus pontos
            cervejas motos ônibus onibus crianças gatos quadras segundos
            pm am hours minutes people times days years
            """);
    private static final Set<String> FOLLOWING = words("""
            apto ap apt apartamento casa bloco bl fundos sala andar lote na no em perto bairro te ás às as e ou que é eh
            segundo primeiro terceiro até pra tá cola vem lá la aqui esquina ao do da de cep toca interfone blz beleza ok
            tipo hj hoje amanhã mano kkk kkkk depois se viu né com
            """);

    private StreetNames() {}

    /** Whether a word can be part of a street's name. */
    static boolean mayName(String word) {
        return !NEVER.contains(word);
    }

    /** Whether a word behind a number makes it an amount. */
    static boolean isUnit(String word) {
        return UNITS.contains(word);
    }

    /** Whether a word can follow a house number that nothing else marks as one. */
    static boolean mayFollow(String word) {
        return word.isEmpty() || FOLLOWING.contains(word);
    }

    private static Set<String> words(String list) {
        return Set.of(list.strip().split("\\s+"));
    }
}
