import type { DemoCustomer } from "../seeds.ts";
import { openForum } from "./forum.ts";
import { archive, club, openSinglePage } from "./single-page.ts";
import { openShop } from "./shop.ts";
import { serve } from "./site.ts";

/** Starts the demo sites on loopback and describes their customers as of now. */
export async function serveDemoSites(nowMs: number): Promise<DemoCustomer[]> {
  return Promise.all(
    [
      { id: "shop", site: openShop(), entry: "allow" },
      { id: "forum", site: openForum(), entry: "allow" },
      {
        id: "archive",
        site: openSinglePage(archive),
        entry: droppedArchive(nowMs),
      },
      { id: "club", site: openSinglePage(club), entry: noticedClub(nowMs) },
    ].map(async ({ id, site, entry }) => ({
      id,
      host: `${id}.localhost`,
      origin: await serve(site),
      entry,
    })),
  );
}

const dayMs = 86_400_000;

/** The start of the UTC hour that is this many days from now. */
function hourIn(days: number, nowMs: number): string {
  const hour = new Date(nowMs + days * dayMs);
  hour.setUTCMinutes(0, 0, 0);
  return hour.toISOString();
}

function droppedArchive(nowMs: number): string {
  return JSON.stringify({
    verdict: "deny",
    ground: "policy",
    effectiveAt: hourIn(-3, nowMs),
    reason: "Repeated publication of private addresses",
    statement: {
      en: "The archive published scans that show the home addresses of living people, and put them back up after we had asked twice for their removal. We ended our service for it after ten days’ notice. The decision was taken by two people, neither of whom had handled the complaints.",
      fr: "L’archive a publié des numérisations où figurent les adresses privées de personnes vivantes, et les a remises en ligne après deux demandes de retrait. Nous avons mis fin à notre service après un préavis de dix jours. La décision a été prise par deux personnes qui n’avaient pas traité les plaintes.",
      de: "Das Archiv hat Scans mit Privatanschriften lebender Personen veröffentlicht und sie nach zweimaliger Aufforderung zur Entfernung erneut online gestellt. Wir haben unseren Dienst mit zehn Tagen Frist beendet. Entschieden haben zwei Personen, die mit den Beschwerden nicht befasst waren.",
      es: "El archivo publicó digitalizaciones con los domicilios de personas vivas y volvió a subirlas después de que pidiéramos dos veces su retirada. Pusimos fin a nuestro servicio con un preaviso de diez días. Tomaron la decisión dos personas que no habían tramitado las quejas.",
      pt: "O arquivo publicou digitalizações com moradas privadas de pessoas vivas e voltou a colocá-las em linha depois de termos pedido duas vezes a sua remoção. Terminámos o nosso serviço com um pré-aviso de dez dias. A decisão foi tomada por duas pessoas que não tinham tratado as queixas.",
      ja: "このアーカイブは、存命の方々の自宅住所が写った資料を公開し、二度の削除要請の後も再び掲載しました。そのため、十日前に通知したうえでサービスの提供を終了しました。決定は、苦情の処理に関わっていない二名が行いました。",
      ar: "نشر الأرشيف نسخًا مصوّرة تُظهر عناوين سكن أشخاص أحياء، ثم أعاد نشرها بعد أن طلبنا إزالتها مرتين. لذلك أنهينا خدمتنا له بعد إشعار مدته عشرة أيام. اتخذ القرار شخصان لم يشاركا في معالجة الشكاوى.",
    },
    reference: "N-0042",
    noticeUrl: "https://causeway.example/notices/N-0042",
    appealUrl: "https://causeway.example/appeals/N-0042",
    offboardUntil: hourIn(27, nowMs),
  });
}

function noticedClub(nowMs: number): string {
  return JSON.stringify({
    verdict: "deny",
    ground: "billing",
    effectiveAt: hourIn(7, nowMs),
    reason: "Two invoices unpaid",
    statement: {
      en: "The invoices for the last two quarters have not been paid. The site goes on as soon as they are.",
      fr: "Les factures des deux derniers trimestres n’ont pas été réglées. Le site reprendra dès leur paiement.",
      de: "Die Rechnungen der letzten zwei Quartale sind offen. Sobald sie bezahlt sind, geht es mit der Website weiter.",
    },
    reference: "B-0117",
    noticeUrl: "https://causeway.example/notices/B-0117",
    appealUrl: "mailto:billing@causeway.example",
  });
}
