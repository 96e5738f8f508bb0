import type { Locale } from "./locale.ts";

export const pt: Locale = {
  language: "pt",
  name: "Português",
  direction: "ltr",
  topics: {
    policy: {
      headline: "Este site já não é servido aqui",
      explanation:
        "O seu provedor tomou esta decisão segundo as suas regras de utilização.",
    },
    security: {
      headline: "Este site está desligado por segurança",
      explanation:
        "O seu provedor tomou esta decisão para proteger visitantes ou outros sites.",
    },
    billing: {
      headline: "Este site está desligado por causa de um pagamento",
      explanation:
        "O seu provedor aguarda que uma conta em aberto seja liquidada.",
    },
    legal: {
      headline: "Este site está indisponível por motivos legais",
      explanation:
        "O seu provedor recebeu uma exigência legal e tem de a cumprir.",
    },
    "site-maintenance": {
      headline: "Este site está fechado para manutenção",
      explanation: "Está em obras e vai voltar.",
    },
    left: {
      headline: "Este site deixou este provedor",
      explanation: "O seu titular pediu ao provedor que deixasse de o servir.",
    },
    unstated: {
      headline: "Este site já não é servido aqui",
      explanation: "O seu provedor deixou de o servir.",
    },
    "unknown-host": {
      headline: "Não há nenhum site neste endereço",
      explanation:
        "O endereço chega até nós, mas não há aqui nenhum site configurado com este nome.",
    },
    failed: {
      headline: "Não foi possível servir este site",
      explanation:
        "O seu pedido não pôde ser encaminhado para o servidor do site.",
    },
    "bad-answer": {
      headline: "O servidor do site não respondeu",
      explanation:
        "Encaminhámos o seu pedido e não obtivemos uma resposta utilizável.",
    },
    busy: {
      headline: "O servidor do site não está disponível",
      explanation: "De momento não aceita mais pedidos.",
    },
    timeout: {
      headline: "O servidor do site demorou demasiado",
      explanation:
        "Encaminhámos o seu pedido, mas nenhuma resposta chegou a tempo.",
    },
    loop: {
      headline: "O endereço deste site anda em círculo",
      explanation:
        "A sua configuração devolve-nos todos os pedidos, e nenhum pode chegar ao destino.",
    },
    "edge-maintenance": {
      headline: "Estamos a trabalhar no nosso serviço",
      explanation: "Os sites que servimos estão em pausa até terminarmos.",
    },
    unavailable: {
      headline: "Neste momento não conseguimos localizar este site",
      explanation:
        "Uma parte do nosso serviço não responde. A falha é nossa, não do site.",
    },
    malformed: {
      headline: "Não é possível responder a este pedido",
      explanation: "Infringe uma regra do HTTP ou pede mais do que aceitamos.",
    },
    about: {
      headline: "Este endereço é servido através de nós",
      explanation:
        "Encaminhamos os pedidos para os servidores dos sites e guardamos cópia do que pode ser guardado. Quando deixamos de servir um site, a sua página diz quem o decidiu e porquê.",
    },
    "no-page": {
      headline: "Esta página não existe",
      explanation:
        "Esta parte do endereço é nossa, não do site, e aqui não há nada.",
    },
  },
  meaning: "O que esta mensagem significa",
  suspended: "Este site está suspenso por agora",
  visitor: {
    gone: "A sua ligação funciona. O provedor deste site já não o serve, e tentar de novo agora não vai ajudar. O titular pode dizer-lhe se o site mudou de lugar.",
    later:
      "A sua ligação funciona. O provedor deste site não o serve por agora. O regresso está previsto para a hora indicada abaixo.",
    soon: "A sua ligação funciona e o problema não está do seu lado. Tente de novo daqui a pouco.",
    address: "A sua ligação funciona. Verifique se o endereço tem algum erro.",
    broken:
      "A sua ligação funciona e o problema não está do seu lado. Só o titular do site pode resolvê-lo.",
    request:
      "A sua ligação funciona. Se escreveu o endereço, verifique-o. Se chegou por um link, avise quem gere a página onde ele está.",
    about:
      "A sua ligação funciona. O que um site diz ou vende cabe ao seu titular; as páginas do próprio site indicam como o contactar.",
  },
  owner: {
    contest:
      "Se acha que esta decisão está errada, pode contestá-la. O conteúdo do seu site continua no seu próprio servidor, e pode servi-lo livremente noutro lugar.",
    settle:
      "Assim que a conta em aberto for liquidada, o seu site volta a ser servido. O conteúdo continua no seu próprio servidor.",
    return:
      "Pode servir o seu site livremente noutro lugar. Se não fez este pedido, contacte-nos de imediato.",
    await:
      "O seu site volta a ser servido quando a manutenção terminar. Contacte-nos se não a esperava.",
    "mend-origin":
      "Verifique se o seu servidor está a funcionar, se é acessível a partir da internet e se responde a tempo. Os detalhes indicam onde falhou.",
    "mend-settings":
      "Verifique a configuração deste site connosco e os registos DNS do seu nome.",
    "set-up":
      "Se acabou de apontar este nome para nós, informe-nos o nome e o endereço do seu próprio servidor, e configuraremos o site. Caso contrário, verifique os registros DNS do nome.",
    none: "Não precisa de fazer nada. A configuração do seu site é mantida.",
    request:
      "Se as suas próprias páginas ou programas enviam pedidos destes, os detalhes indicam o que corrigir.",
    about:
      "Para qualquer assunto sobre o serviço do seu site ou uma decisão nossa, contacte-nos. A referência, se uma página mostrar alguma, ajuda-nos a encontrar o caso.",
  },
  move: "Até lá, as verificações de certificados (ACME) dos seus nomes de anfitrião continuam a chegar ao seu próprio servidor, para que possa instalar primeiro o site noutro lugar.",
  headings: {
    decision: "A decisão",
    details: "Detalhes",
    statement: "Declaração",
    visitor: "Se está de visita",
    owner: "Se este site é seu",
  },
  labels: {
    decidedBy: "Decidido por",
    demandedBy: "Exigido por",
    carriedOutBy: "Executado por",
    law: "Lei",
    jurisdiction: "Jurisdição",
    reason: "Motivo",
    since: "Desde",
    until: "Até",
    hosts: "Diz respeito a",
    countries: "Aplica-se em",
    reference: "Referência",
    notice: "Aviso público",
    appeal: "Recurso",
    move: "Prazo para mudar",
    contact: "Contacto",
    error: "Erro",
    retry: "Tentar de novo em",
  },
  links: { notice: "Ler o aviso público", appeal: "Recorrer desta decisão" },
  path: {
    you: "Você",
    origin: "O servidor do site",
    works: "OK",
    fails: "erro aqui",
    unreached: "não alcançado",
  },
  again: "Tentar de novo",
  otherLanguages: "Idioma",
  resources: {
    health: "Este serviço está funcionando?",
    version: "Versão",
    problems: "O que as mensagens significam",
  },
  siteOwner: "O titular do site",
};
