import type { Locale } from "./locale.ts";

export const en: Locale = {
  language: "en",
  name: "English",
  direction: "ltr",
  topics: {
    policy: {
      headline: "This site is no longer served here",
      explanation:
        "Its provider took this decision under its rules on acceptable use.",
    },
    security: {
      headline: "This site is switched off for safety",
      explanation:
        "Its provider took this decision to protect visitors or other sites.",
    },
    billing: {
      headline: "This site is switched off over a payment",
      explanation: "Its provider is waiting for an open account to be settled.",
    },
    legal: {
      headline: "This site is unavailable for legal reasons",
      explanation:
        "Its provider received a legal demand and has to comply with it.",
    },
    "site-maintenance": {
      headline: "This site is closed for maintenance",
      explanation: "It is being worked on and will be back.",
    },
    left: {
      headline: "This site has left this provider",
      explanation: "Its owner asked the provider to stop serving it.",
    },
    unstated: {
      headline: "This site is no longer served here",
      explanation: "Its provider has stopped serving it.",
    },
    "unknown-host": {
      headline: "There is no site at this address",
      explanation:
        "The address leads to us, but no site is set up here under this name.",
    },
    failed: {
      headline: "This site could not be served",
      explanation:
        "Your request could not be passed on to the site’s own server.",
    },
    "bad-answer": {
      headline: "The site’s own server did not answer",
      explanation: "We passed your request on and got no usable answer.",
    },
    busy: {
      headline: "The site’s own server is not available",
      explanation: "It takes no more requests at the moment.",
    },
    timeout: {
      headline: "The site’s own server took too long",
      explanation: "We passed your request on, but no answer came in time.",
    },
    loop: {
      headline: "This site’s address leads in a circle",
      explanation:
        "Its settings send every request back to us, so none of them can arrive.",
    },
    "edge-maintenance": {
      headline: "We are working on our service",
      explanation: "The sites we serve are paused until we are done.",
    },
    unavailable: {
      headline: "We cannot look up this site right now",
      explanation:
        "A part of our service does not answer. The fault is ours, not the site’s.",
    },
    malformed: {
      headline: "This request cannot be answered",
      explanation: "It breaks a rule of HTTP, or asks for more than we accept.",
    },
    about: {
      headline: "This address is served through us",
      explanation:
        "We pass requests on to the sites’ own servers and keep copies of what may be kept. When we no longer serve a site, its page says who decided so and why.",
    },
    "no-page": {
      headline: "There is no such page",
      explanation:
        "This part of the address is ours, not the site’s, and there is nothing here.",
    },
  },
  meaning: "What this message means",
  suspended: "This site is suspended for now",
  visitor: {
    gone: "Your connection works. This site’s provider no longer serves it, and trying again now will not help. Its owner can tell you whether it has moved.",
    later:
      "Your connection works. This site’s provider does not serve it for now. It is due back at the time given below.",
    soon: "Your connection works, and nothing is wrong on your side. Please try again in a little while.",
    address:
      "Your connection works. Please check the address for a typing mistake.",
    broken:
      "Your connection works, and nothing is wrong on your side. Only the site’s owner can put this right.",
    request:
      "Your connection works. If you typed the address, please check it. If a link brought you here, tell whoever runs the page it is on.",
    about:
      "Your connection works. What a site says or sells is up to its owner; the site’s own pages tell how to reach them.",
  },
  owner: {
    contest:
      "If you think this decision is wrong, you can contest it. What your site holds is still on your own server, and you are free to serve it elsewhere.",
    settle:
      "Once the open account is settled, your site is served again. What it holds is still on your own server.",
    return:
      "You are free to serve your site elsewhere. If you did not ask for this, please contact us at once.",
    await:
      "Your site is served again when the maintenance is over. Contact us if you did not expect it.",
    "mend-origin":
      "Check that your server is running, can be reached from the internet and answers in time. The details say where it failed.",
    "mend-settings":
      "Check this site’s settings with us, and the DNS records of its name.",
    "set-up":
      "If you have just pointed this name to us, tell us the name and the address of your own server, and we set the site up. Otherwise check the DNS records of the name.",
    none: "There is nothing you need to do. Your site’s settings are kept.",
    request:
      "If your own pages or programs send such requests, the details say what to mend.",
    about:
      "For anything about your site’s service or a decision of ours, contact us. A reference, where a page shows one, helps us find the case.",
  },
  move: "Until then, certificate checks (ACME) for your host names still reach your own server, so that you can set up the site elsewhere first.",
  headings: {
    decision: "The decision",
    details: "Details",
    statement: "Statement",
    visitor: "If you are visiting",
    owner: "If this is your site",
  },
  labels: {
    decidedBy: "Decided by",
    demandedBy: "Demanded by",
    carriedOutBy: "Carried out by",
    law: "Law",
    jurisdiction: "Jurisdiction",
    reason: "Reason",
    since: "Since",
    until: "Until",
    hosts: "Concerns",
    countries: "Applies in",
    reference: "Reference",
    notice: "Public notice",
    appeal: "Appeal",
    move: "Time to move",
    contact: "Contact",
    error: "Error",
    retry: "Try again in",
  },
  links: { notice: "Read the public notice", appeal: "Appeal this decision" },
  path: {
    you: "You",
    origin: "The site’s server",
    works: "OK",
    fails: "error here",
    unreached: "not reached",
  },
  again: "Try again",
  otherLanguages: "Language",
  resources: {
    health: "Is this service well?",
    version: "Version",
    problems: "What the messages mean",
  },
  siteOwner: "The site’s owner",
};
