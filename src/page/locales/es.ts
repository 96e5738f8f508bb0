import type { Locale } from "./locale.ts";

export const es: Locale = {
  language: "es",
  name: "Español",
  direction: "ltr",
  topics: {
    policy: {
      headline: "Este sitio ya no se sirve aquí",
      explanation:
        "Su proveedor tomó esta decisión según sus normas de uso aceptable.",
    },
    security: {
      headline: "Este sitio está desconectado por seguridad",
      explanation:
        "Su proveedor tomó esta decisión para proteger a los visitantes o a otros sitios.",
    },
    billing: {
      headline: "Este sitio está desconectado por un pago",
      explanation: "Su proveedor espera que se salde una cuenta pendiente.",
    },
    legal: {
      headline: "Este sitio no está disponible por motivos legales",
      explanation:
        "Su proveedor recibió un requerimiento legal y debe cumplirlo.",
    },
    "site-maintenance": {
      headline: "Este sitio está cerrado por mantenimiento",
      explanation: "Se está trabajando en él y volverá.",
    },
    left: {
      headline: "Este sitio ha dejado este proveedor",
      explanation: "Su titular pidió al proveedor que dejara de servirlo.",
    },
    unstated: {
      headline: "Este sitio ya no se sirve aquí",
      explanation: "Su proveedor ha dejado de servirlo.",
    },
    "unknown-host": {
      headline: "No hay ningún sitio en esta dirección",
      explanation:
        "La dirección lleva hasta nosotros, pero aquí no hay ningún sitio configurado con este nombre.",
    },
    failed: {
      headline: "No se pudo servir este sitio",
      explanation: "Su solicitud no se pudo transmitir al servidor del sitio.",
    },
    "bad-answer": {
      headline: "El servidor del sitio no respondió",
      explanation:
        "Transmitimos su solicitud y no obtuvimos una respuesta válida.",
    },
    busy: {
      headline: "El servidor del sitio no está disponible",
      explanation: "En este momento no admite más solicitudes.",
    },
    timeout: {
      headline: "El servidor del sitio tardó demasiado",
      explanation:
        "Transmitimos su solicitud, pero no llegó respuesta a tiempo.",
    },
    loop: {
      headline: "La dirección de este sitio da vueltas en círculo",
      explanation:
        "Su configuración nos devuelve todas las solicitudes, de modo que ninguna puede llegar.",
    },
    "edge-maintenance": {
      headline: "Estamos trabajando en nuestro servicio",
      explanation:
        "Los sitios que servimos están en pausa hasta que terminemos.",
    },
    unavailable: {
      headline: "Ahora mismo no podemos localizar este sitio",
      explanation:
        "Una parte de nuestro servicio no responde. El fallo es nuestro, no del sitio.",
    },
    malformed: {
      headline: "Esta solicitud no se puede atender",
      explanation: "Incumple una regla de HTTP o pide más de lo que aceptamos.",
    },
    about: {
      headline: "Esta dirección se sirve a través de nosotros",
      explanation:
        "Transmitimos las solicitudes a los servidores de los sitios y guardamos copia de lo que puede guardarse. Cuando dejamos de servir un sitio, su página dice quién lo decidió y por qué.",
    },
    "no-page": {
      headline: "Esta página no existe",
      explanation:
        "Esta parte de la dirección es nuestra, no del sitio, y aquí no hay nada.",
    },
  },
  meaning: "Qué significa este mensaje",
  suspended: "Este sitio está suspendido por ahora",
  visitor: {
    gone: "Su conexión funciona. El proveedor de este sitio ya no lo sirve, y volver a intentarlo ahora no servirá de nada. Su titular puede decirle si se ha trasladado.",
    later:
      "Su conexión funciona. El proveedor de este sitio no lo sirve por ahora. Está previsto que vuelva en el momento indicado abajo.",
    soon: "Su conexión funciona y el problema no está de su lado. Vuelva a intentarlo dentro de un rato.",
    address:
      "Su conexión funciona. Compruebe si hay algún error en la dirección.",
    broken:
      "Su conexión funciona y el problema no está de su lado. Solo el titular del sitio puede solucionarlo.",
    request:
      "Su conexión funciona. Si escribió la dirección, compruébela. Si llegó por un enlace, avise a quien gestiona la página donde está.",
    about:
      "Su conexión funciona. Lo que un sitio dice o vende es asunto de su titular; las páginas del propio sitio indican cómo contactarlo.",
  },
  owner: {
    contest:
      "Si cree que esta decisión es un error, puede impugnarla. El contenido de su sitio sigue en su propio servidor y usted es libre de servirlo en otro lugar.",
    settle:
      "En cuanto se salde la cuenta pendiente, su sitio volverá a servirse. Su contenido sigue en su propio servidor.",
    return:
      "Usted es libre de servir su sitio en otro lugar. Si no lo pidió, póngase en contacto con nosotros cuanto antes.",
    await:
      "Su sitio volverá a servirse cuando termine el mantenimiento. Póngase en contacto con nosotros si no lo esperaba.",
    "mend-origin":
      "Compruebe que su servidor funciona, que es accesible desde internet y que responde a tiempo. Los detalles indican dónde falló.",
    "mend-settings":
      "Compruebe la configuración de este sitio con nosotros y los registros DNS de su nombre.",
    "set-up":
      "Si acaba de dirigir este nombre a nosotros, indíquenos el nombre y la dirección de su propio servidor y pondremos el sitio en marcha. Si no, revise los registros DNS del nombre.",
    none: "No tiene que hacer nada. La configuración de su sitio se conserva.",
    request:
      "Si sus propias páginas o programas envían solicitudes así, los detalles indican qué corregir.",
    about:
      "Para cualquier asunto sobre el servicio de su sitio o una decisión nuestra, póngase en contacto con nosotros. La referencia, si una página muestra alguna, nos ayuda a encontrar el caso.",
  },
  move: "Hasta entonces, las comprobaciones de certificados (ACME) de sus nombres de host siguen llegando a su propio servidor, para que pueda instalar antes el sitio en otro lugar.",
  headings: {
    decision: "La decisión",
    details: "Detalles",
    statement: "Declaración",
    visitor: "Si está de visita",
    owner: "Si este sitio es suyo",
  },
  labels: {
    decidedBy: "Decidido por",
    demandedBy: "Exigido por",
    carriedOutBy: "Ejecutado por",
    law: "Ley",
    jurisdiction: "Jurisdicción",
    reason: "Motivo",
    since: "Desde",
    until: "Hasta",
    hosts: "Afecta a",
    countries: "Se aplica en",
    reference: "Referencia",
    notice: "Aviso público",
    appeal: "Recurso",
    move: "Plazo de traslado",
    contact: "Contacto",
    error: "Error",
    retry: "Reintentar en",
  },
  links: { notice: "Leer el aviso público", appeal: "Recurrir esta decisión" },
  path: {
    you: "Usted",
    origin: "El servidor del sitio",
    works: "OK",
    fails: "error aquí",
    unreached: "no alcanzado",
  },
  again: "Intentar de nuevo",
  otherLanguages: "Idioma",
  resources: {
    health: "¿Funciona este servicio?",
    version: "Versión",
    problems: "Qué significan los mensajes",
  },
  siteOwner: "El titular del sitio",
};
