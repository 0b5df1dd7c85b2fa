import { html, type TemplateResult } from "lit";

const icon = (path: string): TemplateResult =>
  html`<svg viewBox="0 0 24 24" aria-hidden="true"><path d=${path}></path></svg>`;

export const icons = {
  close: icon("M6 6l12 12M18 6L6 18"),
  menu: icon("M5 7h14M5 12h14M5 17h14"),
  size: icon("M3 19l5-13 5 13M5 14.500h6M14.500 19l3-8 3 8M15.500 16h4"),
  person: icon("M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM4.500 20c1-4 4-5.500 7.500-5.500s6.500 1.500 7.500 5.500"),
  phone: icon(
    "M5 4h4l1.500 5-2.300 1.600a12 12 0 0 0 5.200 5.200L15 13.500l5 1.500v4a1 1 0 0 1-1 1A15 15 0 0 1 4 5a1 1 0 0 1 1-1z",
  ),
  back: icon("M14 6l-6 6 6 6"),
  up: icon(
    "M7 11v9H4v-9zM7 11l4-7c1.700 0 2.500 1 2.200 2.600L12.600 10H19a1.500 1.500 0 0 1 1.500 1.800l-1.300 7A1.500 1.500 0 0 1 17.700 20H7",
  ),
  down: icon(
    "M7 13V4H4v9zM7 13l4 7c1.700 0 2.500-1 2.200-2.600L12.600 14H19a1.500 1.500 0 0 0 1.500-1.800l-1.300-7A1.500 1.500 0 0 0 17.700 4H7",
  ),
};
