// The field in which the visitor writes, and its send button.

export class Composer {
  #field = document.getElementById("question");
  #send = document.getElementById("send");
  #say = null;

  constructor() {
    document.getElementById("composer").addEventListener("submit", (event) => {
      event.preventDefault();
      this.#submit();
    });
    this.#field.addEventListener("keydown", (event) => {
      // Enter that only picks a word of an input method must not send.
      if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
      event.preventDefault();
      this.#submit();
    });
  }

  /** From now on call `say(text)` with what the visitor sends. Until then one can write, but not send. */
  enable(say) {
    this.#say = say;
    this.#send.disabled = false;
  }

  /** Give a message back to be changed, in front of what was written meanwhile. */
  refill(text) {
    this.#field.value = [text, this.#field.value].filter(Boolean).join("\n");
    this.#field.focus();
  }

  #submit() {
    const text = this.#field.value.trim();
    if (!text || !this.#say) {
      this.#field.focus();
      return;
    }
    this.#field.value = "";
    this.#placeFocus();
    this.#say(text);
  }

  // On a touch screen the keyboard goes, for it would hide half of the answer; elsewhere one can write on at once.
  #placeFocus() {
    if (matchMedia("(pointer: coarse)").matches) document.getElementById("log").focus({ preventScroll: true });
    else this.#field.focus();
  }
}
