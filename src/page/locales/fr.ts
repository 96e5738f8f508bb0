import type { Locale } from "./locale.ts";

export const fr: Locale = {
  language: "fr",
  name: "Français",
  direction: "ltr",
  topics: {
    policy: {
      headline: "Ce site n’est plus servi ici",
      explanation:
        "Son fournisseur a pris cette décision selon ses règles d’utilisation.",
    },
    security: {
      headline: "Ce site est coupé par mesure de sécurité",
      explanation:
        "Son fournisseur a pris cette décision pour protéger les visiteurs ou d’autres sites.",
    },
    billing: {
      headline: "Ce site est coupé pour une question de paiement",
      explanation:
        "Son fournisseur attend le règlement d’un compte en suspens.",
    },
    legal: {
      headline: "Ce site est indisponible pour des raisons juridiques",
      explanation:
        "Son fournisseur a reçu une demande légale et doit s’y conformer.",
    },
    "site-maintenance": {
      headline: "Ce site est fermé pour maintenance",
      explanation: "Des travaux y sont en cours ; il reviendra.",
    },
    left: {
      headline: "Ce site a quitté ce fournisseur",
      explanation:
        "Son propriétaire a demandé au fournisseur de ne plus le servir.",
    },
    unstated: {
      headline: "Ce site n’est plus servi ici",
      explanation: "Son fournisseur a cessé de le servir.",
    },
    "unknown-host": {
      headline: "Il n’y a pas de site à cette adresse",
      explanation:
        "L’adresse mène chez nous, mais aucun site n’y est configuré sous ce nom.",
    },
    failed: {
      headline: "Ce site n’a pas pu être servi",
      explanation:
        "Votre requête n’a pas pu être transmise au serveur du site.",
    },
    "bad-answer": {
      headline: "Le serveur du site n’a pas répondu",
      explanation:
        "Nous avons transmis votre requête sans obtenir de réponse utilisable.",
    },
    busy: {
      headline: "Le serveur du site n’est pas disponible",
      explanation: "Il n’accepte plus de requêtes pour le moment.",
    },
    timeout: {
      headline: "Le serveur du site a mis trop de temps",
      explanation:
        "Nous avons transmis votre requête, mais aucune réponse n’est arrivée à temps.",
    },
    loop: {
      headline: "L’adresse de ce site tourne en rond",
      explanation:
        "Sa configuration nous renvoie chaque requête ; aucune ne peut aboutir.",
    },
    "edge-maintenance": {
      headline: "Nous travaillons sur notre service",
      explanation:
        "Les sites que nous servons sont en pause jusqu’à la fin des travaux.",
    },
    unavailable: {
      headline: "Nous ne pouvons pas trouver ce site pour l’instant",
      explanation:
        "Une partie de notre service ne répond pas. La faute est de notre côté, pas de celui du site.",
    },
    malformed: {
      headline: "Cette requête ne peut pas recevoir de réponse",
      explanation:
        "Elle enfreint une règle de HTTP, ou demande plus que ce que nous acceptons.",
    },
    about: {
      headline: "Cette adresse est servie par notre intermédiaire",
      explanation:
        "Nous transmettons les requêtes aux serveurs des sites et gardons copie de ce qui peut l’être. Quand nous ne servons plus un site, sa page dit qui en a décidé et pourquoi.",
    },
    "no-page": {
      headline: "Cette page n’existe pas",
      explanation:
        "Cette partie de l’adresse est à nous, pas au site, et il n’y a rien ici.",
    },
  },
  meaning: "Ce que ce message veut dire",
  suspended: "Ce site est suspendu pour le moment",
  visitor: {
    gone: "Votre connexion fonctionne. Le fournisseur de ce site ne le sert plus, et réessayer maintenant n’y changera rien. Son propriétaire peut vous dire s’il a déménagé.",
    later:
      "Votre connexion fonctionne. Le fournisseur de ce site ne le sert pas pour le moment. Son retour est prévu à l’heure indiquée ci-dessous.",
    soon: "Votre connexion fonctionne et le problème ne vient pas de vous. Veuillez réessayer un peu plus tard.",
    address:
      "Votre connexion fonctionne. Veuillez vérifier que l’adresse ne contient pas de faute de frappe.",
    broken:
      "Votre connexion fonctionne et le problème ne vient pas de vous. Seul le propriétaire du site peut y remédier.",
    request:
      "Votre connexion fonctionne. Si vous avez saisi l’adresse, veuillez la vérifier. Si un lien vous a mené ici, prévenez le responsable de la page où il se trouve.",
    about:
      "Votre connexion fonctionne. Ce qu’un site dit ou vend relève de son propriétaire ; les pages du site indiquent comment le joindre.",
  },
  owner: {
    contest:
      "Si vous pensez que cette décision est une erreur, vous pouvez la contester. Le contenu de votre site est toujours sur votre propre serveur, et vous êtes libre de le servir ailleurs.",
    settle:
      "Dès que le compte en suspens est réglé, votre site est de nouveau servi. Son contenu est toujours sur votre propre serveur.",
    return:
      "Vous êtes libre de servir votre site ailleurs. Si vous n’avez rien demandé de tel, contactez-nous sans attendre.",
    await:
      "Votre site sera de nouveau servi à la fin de la maintenance. Contactez-nous si vous ne vous y attendiez pas.",
    "mend-origin":
      "Vérifiez que votre serveur fonctionne, qu’il est joignable depuis internet et qu’il répond à temps. Les détails indiquent où cela a échoué.",
    "mend-settings":
      "Vérifiez la configuration de ce site chez nous et les enregistrements DNS de son nom.",
    "set-up":
      "Si vous venez de diriger ce nom vers nous, indiquez-nous le nom et l’adresse de votre propre serveur, et nous mettrons le site en place. Sinon, vérifiez les enregistrements DNS du nom.",
    none: "Vous n’avez rien à faire. La configuration de votre site est conservée.",
    request:
      "Si vos propres pages ou programmes envoient de telles requêtes, les détails indiquent quoi corriger.",
    about:
      "Pour toute question sur le service de votre site ou sur une de nos décisions, contactez-nous. La référence, si une page en montre une, nous aide à retrouver le dossier.",
  },
  move: "Jusque-là, les vérifications de certificat (ACME) de vos noms d’hôte atteignent encore votre propre serveur : vous pouvez d’abord installer le site ailleurs.",
  headings: {
    decision: "La décision",
    details: "Détails",
    statement: "Déclaration",
    visitor: "Si vous êtes de passage",
    owner: "Si ce site est le vôtre",
  },
  labels: {
    decidedBy: "Décidé par",
    demandedBy: "Demandé par",
    carriedOutBy: "Exécuté par",
    law: "Loi",
    jurisdiction: "Juridiction",
    reason: "Motif",
    since: "Depuis",
    until: "Jusqu’au",
    hosts: "Concerne",
    countries: "S’applique en",
    reference: "Référence",
    notice: "Avis public",
    appeal: "Recours",
    move: "Délai pour déménager",
    contact: "Contact",
    error: "Erreur",
    retry: "Réessayer dans",
  },
  links: { notice: "Lire l’avis public", appeal: "Contester cette décision" },
  path: {
    you: "Vous",
    origin: "Le serveur du site",
    works: "OK",
    fails: "erreur ici",
    unreached: "non atteint",
  },
  again: "Réessayer",
  otherLanguages: "Langue",
  resources: {
    health: "Ce service fonctionne-t-il ?",
    version: "Version",
    problems: "Ce que signifient les messages",
  },
  siteOwner: "Le propriétaire du site",
};
