// @ts-check
// The part "A list of issues you have" of My community: a file, what was understood of it, which category is
// which, and the fit. It knows neither the form nor the server. What it knows of a list is in `Kept`, which
// outlives it, because a fit goes on while the form is closed.

import { categoriesBox } from "./issue_list_categories.js";
import { fitShower } from "./issue_list_fit.js";
import { nothingKept, partsOf } from "./issue_list_parts.js";
import { readingBoxes } from "./issue_list_reading.js";

const LARGEST = 20 * 1024 * 1024; // bytes of a file
const PART = 192 * 1024; // bytes that are sent at once
const KINDS = /\.(xlsx|xls|ods|csv|tsv|txt|html|htm)$/i;

/**
 * Build the part into `root`.
 * @param {HTMLElement} root @param {import("./issue_list_parts.js").Options} options
 * @returns {{ remove: () => void }}
 */
export function openIssueList(root, options) {
  const { lang, kept, ask, tell } = options;
  const parts = partsOf(options),
    { id, phrase, element, button } = parts;
  let asked = 0; // number of the latest reading: what an earlier one answers is dropped
  let isOpen = true;

  const accept = ".xlsx,.xls,.ods,.csv,.tsv,.txt,.html,.htm";
  const input = element("input", "", { type: "file", accept, tabindex: "-1", "aria-hidden": "true" });
  input.hidden = true;
  input.addEventListener("change", () => {
    const chosen = input.files?.[0];
    input.value = ""; // so that the same file can be chosen again
    if (chosen) void take(chosen);
  });
  const state = element("p", "il-state", { role: "status", id: `${id}-state` });
  const wrong = element("p", "cf-problem", { role: "alert", id: `${id}-wrong` });
  const choose = button("", "il-choose", () => input.click());
  choose.setAttribute("aria-describedby", `${id}-hint ${id}-wrong`);
  const remove = button(phrase("remove"), "cf-quiet", () => {
    forget();
    choose.focus();
  });
  const zone = element(
    "div",
    "il-drop",
    {},
    choose,
    element("span", "cf-hint", { id: `${id}-hint` }, phrase("drop", { most: LARGEST / 1024 ** 2 })),
    remove,
    input,
  );
  for (const kind of ["dragover", "dragleave", "drop"])
    zone.addEventListener(kind, (event) => {
      event.preventDefault();
      zone.classList.toggle("il-over", kind === "dragover");
      const dropped = /** @type {DragEvent} */ (event).dataTransfer?.files[0];
      if (kind === "drop" && dropped) void take(dropped);
    });
  const body = element("div", "il-body");
  const fitBox = element("div", "il-fit");
  const showFit = fitShower(parts, options, fitBox);
  const boxes = readingBoxes(parts, kept, { answer, read: () => void read() });
  const part = element(
    "section",
    "il cf-group",
    { "aria-labelledby": `${id}-title` },
    element("h3", "", { id: `${id}-title`, tabindex: "-1" }, phrase("title")),
    element("p", "cf-hint", {}, phrase("lead")),
    element("p", "cf-hint", {}, phrase("private")),
    zone,
    wrong,
    state,
    body,
    fitBox,
  );

  function forget() {
    asked += 1;
    tell({ kind: "list stop" });
    Object.assign(kept, { ...nothingKept(), onChange: kept.onChange });
    show();
  }

  /** @param {File} file */
  async function take(file) {
    forget();
    const { name, size } = file;
    if (!KINDS.test(name)) kept.wrong = phrase("kind", { name });
    else if (size > LARGEST) kept.wrong = phrase("large", { name, most: LARGEST / 1024 ** 2 });
    else if (!size) kept.wrong = phrase("empty", { name });
    else kept.file = file;
    show();
    if (kept.file) await read();
  }

  /** Send the file and what was said so far, and show what was understood. */
  async function read() {
    const { file } = kept,
      turn = ++asked;
    if (!file) return;
    kept.wrong = "";
    kept.fit.result = null;
    part.setAttribute("aria-busy", "true");
    try {
      for (let at = 0; at < file.size; at += PART) {
        state.textContent = phrase("sending", {
          name: file.name,
          share: Math.round((100 * at) / file.size),
        });
        const bytes = await file.slice(at, at + PART).arrayBuffer();
        if (turn !== asked) return;
        await ask({ kind: "list part", name: file.name, at, lang }, undefined, bytes);
        if (turn !== asked) return;
      }
      state.textContent = phrase("reading", { name: file.name });
      const answers = kept.said.map(({ entry, value }) => [entry, value]);
      const { answer } = await ask({ kind: "list read", name: file.name, answers, lang });
      if (turn !== asked) return;
      kept.lang = lang;
      kept.reading = answer.refused ? null : answer;
      kept.wrong = answer.refused
        ? `${answer.refused}${lang === "zh" ? "。" : ". "}${phrase("refused")}`
        : "";
    } catch (error) {
      if (turn !== asked) return;
      kept.wrong = String(/** @type {Error} */ (error).message || phrase("failed"));
    }
    part.removeAttribute("aria-busy");
    state.textContent = "";
    const focused = /** @type {ShadowRoot} */ (part.getRootNode()).activeElement,
      again = body.contains(focused) && focused?.id;
    show();
    const next = again ? `#${again}` : kept.reading?.question ? "button, select, input" : ".il-read";
    /** @type {HTMLElement | null} */ (body.querySelector(next))?.focus({
      preventScroll: next === ".il-read",
    });
  }

  /** @param {string} entry @param {string} value @param {string} text */
  function answer(entry, value, text) {
    const once = entry !== "open"; // of the others only the last counts
    kept.said = [...kept.said.filter((other) => !once || other.entry !== entry), { entry, value, text }];
    void read();
  }

  function show() {
    const { file, reading } = kept;
    wrong.textContent = kept.wrong;
    wrong.hidden = !kept.wrong;
    choose.textContent = phrase(file ? "another" : "choose");
    remove.hidden = !file;
    const answers = kept.said.filter(({ text }) => text);
    body.replaceChildren(
      ...(reading?.question ? [boxes.questionBox(reading)] : []),
      ...(reading && !reading.question
        ? [...boxes.understood(reading), categoriesBox(parts, options, reading, showFit)]
        : []),
      ...(answers.length ? [boxes.answersBox(answers)] : []),
    );
    showFit();
  }

  root.replaceChildren(part);
  kept.onChange = () => isOpen && showFit();
  show();
  if (kept.file && kept.lang && kept.lang !== lang) void read(); // in the other language
  return {
    remove: () => {
      isOpen = false;
      asked += 1;
      part.remove();
    },
  };
}
