// Style sheets that a strict content security policy allows: built by script, not written into the page.

/** Give a shadow root (or the document) one more style sheet; returns the function that takes it away. */
export function adopt(root: DocumentOrShadowRoot & Node, css: string): () => void {
  if (typeof CSSStyleSheet.prototype.replaceSync === "function") {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(css);
    root.adoptedStyleSheets = [...root.adoptedStyleSheets, sheet];
    return () => {
      root.adoptedStyleSheets = root.adoptedStyleSheets.filter((other) => other !== sheet);
    };
  }
  // Safari before 16.4.
  const style = document.createElement("style");
  style.textContent = css;
  (root === document ? document.head : root).appendChild(style);
  return () => style.remove();
}
