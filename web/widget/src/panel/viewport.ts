/** Keep a full-screen panel above a phone's keyboard, which the layout viewport of some browsers does not know of. */
export function followViewport(element: HTMLElement): void {
  const viewport = window.visualViewport;
  if (!viewport) return;
  const follow = () => {
    // Zoomed in by hand, the visitor looks at a part of the panel: leave it where it is.
    if (viewport.scale > 1.01) return;
    element.style.setProperty("--_visible", `${viewport.height}px`);
    element.style.setProperty("--_top", `${viewport.offsetTop}px`);
    element.toggleAttribute("low", viewport.height < 480);
  };
  viewport.addEventListener("resize", follow);
  viewport.addEventListener("scroll", follow);
  follow();
}
