// What a page says with the script tag's data- attributes, and what the server puts into the loader.

export interface Clinic {
  name: string;
  phone: string;
  after_hours_phone: string;
  emergency_number: string;
  crisis_line: string;
  address: string;
  hours: { days: string; open: string; close: string }[];
  booking_url: string;
  privacy_url: string;
  /** The line that a visitor reads before the first message. */
  privacy: string;
}

export interface Config {
  /** Where the server is, without a slash at the end. */
  base: string;
  protocol: "pumptalk" | "rasa";
  /** Where a Rasa REST channel takes messages. */
  endpoint: string;
  lang: "en" | "es";
  theme: "auto" | "light" | "dark";
  title: string;
  label: string;
  clinic: Clinic;
  /** The longest message that is answered, in characters. */
  limit: number;
}

/** What the server hands to the loader. */
export interface Baked {
  clinic: Clinic;
  limit: number;
}

const NOBODY: Clinic = {
  name: "",
  phone: "",
  after_hours_phone: "",
  emergency_number: "",
  crisis_line: "",
  address: "",
  hours: [],
  booking_url: "",
  privacy_url: "",
  privacy: "",
};

export function readConfig(data: DOMStringMap, source: string, baked: Baked | undefined): Config {
  const base = (data.base ?? new URL(".", source).href).replace(/\/+$/, "");
  return {
    base,
    protocol: data.protocol === "rasa" ? "rasa" : "pumptalk",
    endpoint: data.endpoint ?? `${base}/webhooks/rest/webhook`,
    lang: language(data.lang),
    theme: data.theme === "dark" || data.theme === "light" ? data.theme : "auto",
    title: data.title ?? "",
    label: data.label ?? "",
    // A page in front of another Rasa names its own numbers; the ones baked in belong to the server of this script.
    clinic: { ...NOBODY, ...baked?.clinic, ...named(data) },
    limit: baked?.limit ?? 2000,
  };
}

function named(data: DOMStringMap): Partial<Clinic> {
  const given = {
    name: data.clinicName,
    phone: data.phone,
    emergency_number: data.emergencyNumber,
    crisis_line: data.crisisLine,
    privacy: data.privacy,
  };
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value)) as Partial<Clinic>;
}

function language(asked: string | undefined): "en" | "es" {
  const first = (asked ?? navigator.language ?? "en").toLowerCase();
  return first.startsWith("es") ? "es" : "en";
}
