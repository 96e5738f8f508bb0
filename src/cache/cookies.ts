import { isListed } from "./settings.ts";

/**
 * Cookies that scripts of analytics, advertising and consent services set for themselves, and that no origin answers by. One
 * star stands for any run of characters. A name belongs here when its vendor documents it and only the vendor's script or
 * service reads it; a name that a site's own server may read does not.
 */
export const analyticsCookies: readonly string[] = [
  // Google Analytics, Ads and Tag Manager: developers.google.com/analytics "Cookie usage", business.safety.google/adscookies
  "_ga",
  "_ga_*",
  "_gid",
  "_gat",
  "_gat_*",
  "_dc_gtm_*",
  "_gac_*",
  "_gcl_*",
  "_gaexp",
  "_gaexp_rc",
  "_opt_*",
  "__gads",
  "__gpi",
  "__gpi_optout",
  "__eoi",
  "FPAU",
  "FPGCLAW",
  "FPGCLDC",
  "FPGCLGB",
  "FPID",
  "FPLC",
  // Google Analytics before 2014 (urchin.js, ga.js), still sent by old browsers
  "__utm?",
  "__utmxx",
  // Meta: developers.facebook.com/docs/marketing-api "fbp and fbc parameters"
  "_fbp",
  "_fbc",
  // Hotjar: help.hotjar.com "Hotjar cookie information"
  "_hj*",
  // Matomo: matomo.org/faq/general/faq_146; mtm_* are its consent's
  "_pk_*",
  "mtm_*",
  "matomo_ignore",
  // Microsoft Clarity: learn.microsoft.com/clarity "Clarity cookies"; Microsoft Advertising: "UET cookies"
  "_clck",
  "_clsk",
  "_uetsid",
  "_uetvid",
  "_uetmsclkid",
  // Segment: segment.com/docs "Analytics.js: cookies"
  "ajs_*",
  // Amplitude: amplitude.com/docs "Cookies and consent"; AMP_ is the Browser SDK's
  "amplitude_*",
  "amp_??????",
  "AMP_*",
  // Mixpanel: docs.mixpanel.com "JavaScript SDK: persistence"
  "mp_*_mixpanel",
  // Optimizely: docs.developers.optimizely.com "Cookies and localStorage"
  "optimizely*",
  // Visual Website Optimizer: help.vwo.com "Cookies stored by VWO"
  "_vwo*",
  "_vis_opt_*",
  // HubSpot: knowledge.hubspot.com "What cookies does HubSpot set in a visitor's browser?"
  "__hstc",
  "__hssc",
  "__hssrc",
  "hubspotutk",
  "__hs_*",
  // Intercom: intercom.com/help "Messenger cookies"; intercom-session-* opens a conversation, which only Intercom reads
  "intercom-id-*",
  "intercom-session-*",
  "intercom-device-id-*",
  // LinkedIn, TikTok, Pinterest, Snapchat, X, Reddit: each vendor's list of the cookies of its tag
  "li_fat_id",
  "_ttp",
  "_tt_enable_cookie",
  "_pin_unauth",
  "_scid",
  "_scid_r",
  "_twclid",
  "_rdt_uuid",
  // Heap: help.heap.io "Cookies"; FullStory: help.fullstory.com "First-party cookies"
  "_hp2_*",
  "fs_uid",
  "fs_lua",
  // Adobe Analytics and Experience Cloud: experienceleague.adobe.com "Cookies"
  "s_cc",
  "s_sq",
  "s_fid",
  "s_vi",
  "s_ecid",
  "AMCV_*",
  "AMCVS_*",
  // New Relic Browser and Datadog RUM: each vendor's documentation of its browser agent
  "NRBA_*",
  "_dd_s",
  // Consent: OneTrust, Cookiebot, CookieYes, IAB Transparency and Consent Framework v2, Didomi, Usercentrics, Osano, Complianz
  "OptanonConsent",
  "OptanonAlertBoxClosed",
  "OTAdditionalConsentString",
  "eupubconsent-v2",
  "CookieConsent",
  "CookieConsentBulkSetting-*",
  "cookieyes-consent",
  "euconsent-v2",
  "didomi_token",
  "usprivacy",
  "uc_user_interaction",
  "cookieconsent_status",
  "osano_consentmanager*",
  "cmplz_*",
  "borlabs-cookie",
  // Cloudflare reads and checks these itself before a Worker runs: developers.cloudflare.com "Cloudflare cookies"
  "__cf_bm",
  "__cflb",
  "__cfruid",
  "_cfuvid",
  "cf_clearance",
];

/**
 * A Cookie value (RFC 6265 §4.2.1) without the ignored cookies. What remains keeps its order and its bytes; null when nothing
 * remains.
 */
export function withoutIgnoredCookies(
  cookie: string,
  added: readonly string[],
): string | null {
  if (cookie === "") return cookie;
  const pairs = cookie.split(";");
  const kept = pairs.filter((pair) => !isIgnored(pair, added));
  if (kept.length === pairs.length) return cookie;
  return kept.length === 0 ? null : kept.join(";").trimStart();
}

/** Some runtimes join several Cookie lines by a comma; the pair behind it has to be ignored too. */
function isIgnored(pair: string, added: readonly string[]): boolean {
  return pair
    .split(/,\s*(?=[^\s=;,]+=)/)
    .map((part) => part.replace(/=.*$/s, "").trim())
    .every((name) => isAnalytics(name) || isListed(name, added));
}

const isPattern = (name: string) => /[*?]/.test(name);
const exact = new Set(analyticsCookies.filter((name) => !isPattern(name)));
const pattern = new RegExp(
  `^(?:${analyticsCookies
    .filter(isPattern)
    .map((name) => name.replaceAll("*", ".*").replaceAll("?", "."))
    .join("|")})$`,
);

function isAnalytics(name: string): boolean {
  return exact.has(name) || pattern.test(name);
}
