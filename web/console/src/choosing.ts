// "Choose all" above a list of boxes, which it ticks at once; a part of them ticked shows as neither. Hidden without script.

export function startChoosing(): void {
  for (const place of document.querySelectorAll<HTMLElement>("[data-choose-all]")) {
    const all = place.querySelector<HTMLInputElement>("input");
    const form = place.closest("form");
    if (!all || !form) continue;
    const boxes = [...form.querySelectorAll<HTMLInputElement>(`input[name="${place.dataset.chooseAll}"]`)];
    place.hidden = false;
    all.addEventListener("change", () => {
      for (const box of boxes) box.checked = all.checked;
    });
    form.addEventListener("change", () => show(all, boxes));
    show(all, boxes); // the browser may have kept ticks from before
  }
}

function show(all: HTMLInputElement, boxes: HTMLInputElement[]): void {
  const ticked = boxes.filter((box) => box.checked).length;
  all.checked = ticked === boxes.length;
  all.indeterminate = ticked > 0 && ticked < boxes.length;
}
