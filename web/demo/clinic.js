// The clinic's data on the demonstration page, and its button that opens the chat.

/** Fill the page's gaps. What is not filled keeps the words that stand in the HTML. */
function showClinic(clinic) {
  for (const element of document.querySelectorAll("[data-clinic]")) {
    element.textContent = clinic[element.dataset.clinic];
  }
  for (const element of document.querySelectorAll("[data-phone]")) {
    element.href = `tel:${clinic[element.dataset.phone].replace(/[^\d+]/g, "")}`;
  }
  for (const element of document.querySelectorAll("[data-link]")) {
    element.href = clinic[element.dataset.link];
  }
  const hours = clinic.hours.map(({ days, open, close }) => `${days}, ${open} to ${close}`);
  document.getElementById("hours").textContent = hours.join("\n");
  document.title = `${clinic.name}: questions about pain pumps`;
}

document.getElementById("ask").addEventListener("click", () => window.PumpTalk?.open());

const response = await fetch("/api/v1/clinic");
if (response.ok) showClinic(await response.json());
else console.error(`The clinic's data did not come: status ${response.status}`);
