// The clinic's data on the page, and its phone numbers wherever they stand in a text.

/** Fill the page's gaps. What is not filled keeps the words that stand in the HTML. */
export function showClinic(clinic) {
  for (const element of document.querySelectorAll("[data-clinic]")) {
    element.textContent = clinic[element.dataset.clinic];
  }
  for (const element of document.querySelectorAll("[data-phone]")) {
    element.href = telephone(clinic[element.dataset.phone]);
  }
  for (const element of document.querySelectorAll("[data-link]")) {
    element.href = clinic[element.dataset.link];
  }
  showHours(clinic.hours);
  document.title = `${clinic.name}: questions about pain pumps`;
}

function showHours(hours) {
  const lines = hours.map(({ days, open, close }) => `${days}, ${open} to ${close}`);
  document.getElementById("hours").textContent = lines.join("\n");
}

/** The numbers that become links in a text. */
export function phoneNumbers(clinic) {
  return [clinic.phone, clinic.after_hours_phone, clinic.emergency_number, clinic.crisis_line];
}

/** The text as nodes, in which each of the numbers is a link that calls it. */
export function withPhoneLinks(text, numbers) {
  const nodes = document.createDocumentFragment();
  let done = 0;
  for (const { 0: number, index } of occurrences(text, numbers)) {
    nodes.append(text.slice(done, index), phoneLink(number));
    done = index + number.length;
  }
  nodes.append(text.slice(done));
  return nodes;
}

function occurrences(text, numbers) {
  if (numbers.length === 0) return [];
  // The longest first, or a short number would hide a longer one that starts with it.
  const sorted = [...numbers].sort((a, b) => b.length - a.length);
  const pattern = new RegExp(sorted.map(escaped).join("|"), "g");
  return [...text.matchAll(pattern)].filter((match) => isWhole(text, match.index, match.index + match[0].length));
}

// 911 in "1911", "911.5", "911-555" or "$911" is no phone number. (No lookbehind: Safari before 16.4 cannot read it.)
function isWhole(text, start, end) {
  return !/[\d+$]$|\d[-.,/]$/.test(text.slice(0, start)) && !/^[\d%]|^[-.,/]\d/.test(text.slice(end));
}

function escaped(number) {
  return number.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}

function phoneLink(number) {
  const link = document.createElement("a");
  link.href = telephone(number);
  link.className = "phone";
  link.textContent = number;
  return link;
}

function telephone(number) {
  return `tel:${number.replace(/[^\d+]/g, "")}`;
}
