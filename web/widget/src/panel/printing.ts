// Prints the conversation and nothing else of the page.

import { adopt } from "../styles";

const ONLY_THE_CHAT = "@media print { body > :not(pumptalk-widget) { display: none !important; } }";

export function printConversation(host: HTMLElement, root: ParentNode): void {
  const details = [...root.querySelectorAll<HTMLDetailsElement>("details:not([open])")];
  for (const detail of details) detail.open = true;
  host.setAttribute("printing", "");
  const release = adopt(document, ONLY_THE_CHAT);
  addEventListener(
    "afterprint",
    () => {
      release();
      host.removeAttribute("printing");
      for (const detail of details) detail.open = false;
    },
    { once: true },
  );
  window.print();
}
