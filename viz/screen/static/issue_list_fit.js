// @ts-check
// The fit of the form's community to a list: its start, how far it is, and what came of it.

import { save } from "./export.js";
import { chosenFor } from "./issue_list_categories.js";

/** @typedef {import("./issue_list_parts.js").Fit} Fit */

/**
 * Return what shows the fit in `fitBox`, as far as it is.
 * @param {import("./issue_list_parts.js").Parts} parts @param {import("./issue_list_parts.js").Options} options @param {HTMLElement} fitBox
 */
export function fitShower(parts, options, fitBox) {
  const { lang, phrase, element, button } = parts;
  const { kept, ask, tell, caseText, use } = options;

  async function start() {
    const { fit, reading } = kept;
    if (!reading?.categories?.some((category) => chosenFor(kept, category))) {
      fit.note = phrase("fit.none");
      return showFit();
    }
    const toml = await caseText();
    if (!toml) {
      fit.note = phrase("fit.missing");
      return showFit();
    }
    Object.assign(fit, { running: true, done: 0, of: 0, result: null, note: "" });
    kept.onChange();
    const categories = Object.fromEntries(reading.categories.map((c) => [c.name, chosenFor(kept, c)]));
    try {
      const { answer: result } = await ask({ kind: "list fit", toml, categories, lang }, ({ done, of }) => {
        Object.assign(fit, { done, of });
        kept.onChange();
      });
      fit.result = result ?? null;
      fit.note = result ? "" : phrase("fit.stopped");
    } catch (error) {
      fit.note = String(/** @type {Error} */ (error).message || phrase("failed"));
    }
    fit.running = false;
    kept.onChange();
  }

  function showFit() {
    const { fit, reading } = kept;
    if (!reading || reading.question) return fitBox.replaceChildren();
    const bar = fitBox.querySelector("progress");
    if (fit.running && bar) return showProgress(bar); // the focus stays on Cancel
    const startButton = button(
      phrase(fit.result ? "fit.again" : "fit.start"),
      "cf-first",
      () => void start(),
    );
    const stopButton = button(phrase("fit.stop"), "", () => tell({ kind: "list stop" }));
    const hadFocus = fitBox.contains(/** @type {ShadowRoot} */ (fitBox.getRootNode()).activeElement);
    fitBox.replaceChildren(
      element("h4", "", {}, phrase("fit")),
      element("p", "cf-hint", {}, phrase("fit.lead")),
      ...(fit.running
        ? [
            element("progress", "", { "aria-label": phrase("fit.bar") }),
            element("p", "il-progress", { role: "status" }),
            element("div", "cf-tools", {}, stopButton),
          ]
        : [element("div", "cf-tools", {}, startButton)]),
      element("p", "cf-problem", { role: "alert" }, fit.note),
      ...(fit.result ? resultBox(fit.result) : []),
    );
    /** @type {HTMLElement} */ (fitBox.querySelector(".cf-problem")).hidden = !fit.note;
    const begun = fitBox.querySelector("progress");
    if (begun) showProgress(begun);
    const target = fitBox.querySelector("h5") ?? fitBox.querySelector("button");
    if (hadFocus) /** @type {HTMLElement | null} */ (target)?.focus({ preventScroll: true });
    if (hadFocus && fit.result) target?.scrollIntoView({ block: "start" }); // what is below is covered by the form's foot
  }

  /** @param {HTMLProgressElement} bar */
  function showProgress(bar) {
    const { done, of } = kept.fit,
      text = /** @type {HTMLElement} */ (fitBox.querySelector(".il-progress"));
    if (of) bar.value = done / of;
    const said = done ? phrase("fit.done", { done, of }) : phrase("fit.waits");
    if (!done || done === of || done % 20 === 0 || !text.textContent) text.textContent = said; // not each one aloud
  }

  /** @param {Fit} result */
  function resultBox({ verdict, says, learned, together, unknown, said, toml, file_name, page }) {
    /** @param {string[]} texts */
    const list = (texts) => element("ul", "", {}, ...texts.map((text) => element("li", "", {}, text)));
    const box = element(
      "div",
      "il-result",
      { role: "group", "aria-label": phrase("fit") },
      element("h5", "", { tabindex: "-1" }, phrase(`fit.${verdict}`)),
      ...says.map((text) => element("p", "", {}, text)),
      element("h6", "", {}, phrase("fit.learned")),
      learned.length ? list(learned) : element("p", "", {}, phrase("fit.learned.none")),
    );
    if (together.length) box.append(element("h6", "", {}, phrase("fit.together")), list(together));
    if (unknown.length) box.append(element("h6", "", {}, phrase("fit.unknown")), list(unknown));
    if (said.length) box.append(element("h6", "", {}, phrase("fit.said")), list(said));
    const tools = element("div", "cf-tools");
    if (toml)
      tools.append(
        button(phrase("fit.use"), verdict === "harm" ? "" : "cf-first", () => use(toml)),
        button(phrase("fit.save"), "", () => save(file_name, new Blob([toml], { type: "application/toml" }))),
      );
    tools.append(
      button(phrase("fit.page"), "", () =>
        save(file_name.replace(/toml$/, "html"), new Blob([page], { type: "text/html" })),
      ),
    );
    box.append(tools);
    return [box];
  }

  return showFit;
}
