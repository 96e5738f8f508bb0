import type { Locale } from "./locale.ts";

export const de: Locale = {
  language: "de",
  name: "Deutsch",
  direction: "ltr",
  topics: {
    policy: {
      headline: "Diese Website wird hier nicht mehr ausgeliefert",
      explanation:
        "Ihr Anbieter hat das nach seinen Nutzungsregeln entschieden.",
    },
    security: {
      headline: "Diese Website ist zur Sicherheit abgeschaltet",
      explanation:
        "Ihr Anbieter hat das entschieden, um Besucher oder andere Websites zu schützen.",
    },
    billing: {
      headline: "Diese Website ist wegen einer Zahlung abgeschaltet",
      explanation:
        "Ihr Anbieter wartet darauf, dass ein offenes Konto beglichen wird.",
    },
    legal: {
      headline: "Diese Website ist aus rechtlichen Gründen nicht verfügbar",
      explanation:
        "Ihr Anbieter hat eine rechtliche Forderung erhalten und muss ihr nachkommen.",
    },
    "site-maintenance": {
      headline: "Diese Website ist wegen Wartung geschlossen",
      explanation: "An ihr wird gearbeitet, sie kommt wieder.",
    },
    left: {
      headline: "Diese Website hat diesen Anbieter verlassen",
      explanation:
        "Ihr Inhaber hat den Anbieter gebeten, sie nicht mehr auszuliefern.",
    },
    unstated: {
      headline: "Diese Website wird hier nicht mehr ausgeliefert",
      explanation: "Ihr Anbieter liefert sie nicht mehr aus.",
    },
    "unknown-host": {
      headline: "Unter dieser Adresse gibt es keine Website",
      explanation:
        "Die Adresse führt zu uns, aber unter diesem Namen ist hier keine Website eingerichtet.",
    },
    failed: {
      headline: "Diese Website konnte nicht ausgeliefert werden",
      explanation:
        "Ihre Anfrage konnte nicht an den Server der Website weitergegeben werden.",
    },
    "bad-answer": {
      headline: "Der Server der Website hat nicht geantwortet",
      explanation:
        "Wir haben Ihre Anfrage weitergegeben und keine brauchbare Antwort erhalten.",
    },
    busy: {
      headline: "Der Server der Website ist nicht verfügbar",
      explanation: "Er nimmt im Augenblick keine weiteren Anfragen an.",
    },
    timeout: {
      headline: "Der Server der Website hat zu lange gebraucht",
      explanation:
        "Wir haben Ihre Anfrage weitergegeben, aber es kam keine Antwort in der vorgesehenen Zeit.",
    },
    loop: {
      headline: "Die Adresse dieser Website führt im Kreis",
      explanation:
        "Ihre Einstellungen schicken jede Anfrage zu uns zurück, so dass keine ankommen kann.",
    },
    "edge-maintenance": {
      headline: "Wir arbeiten an unserem Dienst",
      explanation:
        "Die Websites, die wir ausliefern, pausieren, bis wir fertig sind.",
    },
    unavailable: {
      headline: "Wir können diese Website gerade nicht nachschlagen",
      explanation:
        "Ein Teil unseres Dienstes antwortet nicht. Der Fehler liegt bei uns, nicht bei der Website.",
    },
    malformed: {
      headline: "Diese Anfrage kann nicht beantwortet werden",
      explanation:
        "Sie verletzt eine Regel von HTTP oder verlangt mehr, als wir annehmen.",
    },
    about: {
      headline: "Diese Adresse wird über uns ausgeliefert",
      explanation:
        "Wir geben Anfragen an die Server der Websites weiter und halten Kopien von dem, was aufbewahrt werden darf. Wenn wir eine Website nicht mehr ausliefern, sagt ihre Seite, wer das entschieden hat und warum.",
    },
    "no-page": {
      headline: "Diese Seite gibt es nicht",
      explanation:
        "Dieser Teil der Adresse gehört uns und nicht der Website, und hier ist nichts.",
    },
  },
  meaning: "Was diese Meldung bedeutet",
  suspended: "Diese Website ist vorläufig gesperrt",
  visitor: {
    gone: "Ihre Verbindung funktioniert. Der Anbieter dieser Website liefert sie nicht mehr aus; ein neuer Versuch hilft jetzt nicht. Ob sie umgezogen ist, weiß ihr Inhaber.",
    later:
      "Ihre Verbindung funktioniert. Der Anbieter dieser Website liefert sie zurzeit nicht aus. Sie soll zu der unten genannten Zeit wiederkommen.",
    soon: "Ihre Verbindung funktioniert, und bei Ihnen ist alles in Ordnung. Bitte versuchen Sie es etwas später noch einmal.",
    address:
      "Ihre Verbindung funktioniert. Bitte prüfen Sie die Adresse auf Tippfehler.",
    broken:
      "Ihre Verbindung funktioniert, und bei Ihnen ist alles in Ordnung. Nur der Inhaber der Website kann das beheben.",
    request:
      "Ihre Verbindung funktioniert. Wenn Sie die Adresse eingetippt haben, prüfen Sie sie bitte. Wenn ein Link Sie hergeführt hat, sagen Sie es dem Betreiber der Seite, auf der er steht.",
    about:
      "Ihre Verbindung funktioniert. Was eine Website sagt oder verkauft, ist Sache ihres Inhabers; wie er zu erreichen ist, steht auf ihren eigenen Seiten.",
  },
  owner: {
    contest:
      "Wenn Sie diese Entscheidung für falsch halten, können Sie ihr widersprechen. Der Inhalt Ihrer Website liegt weiterhin auf Ihrem eigenen Server, und es steht Ihnen frei, sie anderswo auszuliefern.",
    settle:
      "Sobald das offene Konto beglichen ist, wird Ihre Website wieder ausgeliefert. Ihr Inhalt liegt weiterhin auf Ihrem eigenen Server.",
    return:
      "Es steht Ihnen frei, Ihre Website anderswo auszuliefern. Wenn Sie nicht darum gebeten haben, melden Sie sich bitte sofort bei uns.",
    await:
      "Ihre Website wird nach der Wartung wieder ausgeliefert. Melden Sie sich bei uns, wenn Sie damit nicht gerechnet haben.",
    "mend-origin":
      "Prüfen Sie, ob Ihr Server läuft, aus dem Internet erreichbar ist und rechtzeitig antwortet. Die Einzelheiten sagen, woran es lag.",
    "mend-settings":
      "Prüfen Sie die Einstellungen dieser Website bei uns und die DNS-Einträge ihres Namens.",
    "set-up":
      "Wenn Sie diesen Namen gerade erst auf uns gerichtet haben, nennen Sie uns den Namen und die Adresse Ihres eigenen Servers; dann richten wir die Website ein. Prüfen Sie andernfalls die DNS-Einträge des Namens.",
    none: "Sie müssen nichts tun. Die Einstellungen Ihrer Website bleiben erhalten.",
    request:
      "Wenn Ihre eigenen Seiten oder Programme solche Anfragen senden, sagen die Einzelheiten, was zu ändern ist.",
    about:
      "Wenden Sie sich an uns, wenn es um den Betrieb Ihrer Website oder um eine unserer Entscheidungen geht. Das Aktenzeichen, falls eine Seite eines zeigt, hilft uns, den Vorgang zu finden.",
  },
  move: "Bis dahin erreichen Zertifikatsprüfungen (ACME) für Ihre Hostnamen weiterhin Ihren eigenen Server, damit Sie die Website vorher anderswo einrichten können.",
  headings: {
    decision: "Die Entscheidung",
    details: "Einzelheiten",
    statement: "Erklärung",
    visitor: "Wenn Sie zu Besuch sind",
    owner: "Wenn das Ihre Website ist",
  },
  labels: {
    decidedBy: "Entschieden von",
    demandedBy: "Gefordert von",
    carriedOutBy: "Ausgeführt von",
    law: "Gesetz",
    jurisdiction: "Rechtsraum",
    reason: "Grund",
    since: "Seit",
    until: "Bis",
    hosts: "Betrifft",
    countries: "Gilt in",
    reference: "Aktenzeichen",
    notice: "Bekanntmachung",
    appeal: "Widerspruch",
    move: "Zeit zum Umziehen",
    contact: "Kontakt",
    error: "Fehler",
    retry: "Neuer Versuch in",
  },
  links: {
    notice: "Öffentliche Bekanntmachung lesen",
    appeal: "Dieser Entscheidung widersprechen",
  },
  path: {
    you: "Sie",
    origin: "Der Server der Website",
    works: "in Ordnung",
    fails: "Fehler hier",
    unreached: "nicht erreicht",
  },
  again: "Erneut versuchen",
  otherLanguages: "Sprache",
  resources: {
    health: "Ist dieser Dienst in Ordnung?",
    version: "Version",
    problems: "Was die Meldungen bedeuten",
  },
  siteOwner: "Inhaber der Website",
};
