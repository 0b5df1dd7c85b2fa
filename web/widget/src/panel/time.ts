import { html, nothing } from "lit";

/** The time of a message as its reader writes it; with the date if it was not today. */
export function timeTemplate(at: string, lang: string): unknown {
  // SQLite gives the time without its zone, which is UTC.
  const date = new Date(/[Zz]|[+-]\d\d:?\d\d$/.test(at) ? at : `${at}Z`);
  if (Number.isNaN(date.getTime())) return nothing;
  const isToday = date.toDateString() === new Date().toDateString();
  const day: Intl.DateTimeFormatOptions = isToday ? {} : { day: "numeric", month: "short" };
  // The visitor's own region, if it speaks the interface's language: 14:05 here, 2:05 PM there.
  const locale = navigator.language?.startsWith(lang) ? navigator.language : lang;
  const text = new Intl.DateTimeFormat(locale, { ...day, hour: "numeric", minute: "2-digit" }).format(date);
  return html`<time datetime=${date.toISOString()}>${text}</time>`;
}
