// @ts-check
// What was understood of a list: a question, the answers so far, rows, days and columns.

import { drawOpenings } from "./issue_list_chart.js";

/** @typedef {import("./issue_list_parts.js").Reading} Reading */
/** @typedef {import("./issue_list_parts.js").Said} Said */

const FEW = 6; // answers that are buttons; more are a list

/**
 * Return what builds the boxes of what was understood.
 * @param {import("./issue_list_parts.js").Parts} parts @param {import("./issue_list_parts.js").Kept} kept
 * @param {{ answer: (entry: string, value: string, text: string) => void, read: () => void }} actions
 */
export function readingBoxes({ lang, id, number, phrase, element, button }, kept, { answer, read }) {
  /** @param {Reading} reading */
  function questionBox({ question = "", entry = "", answers = [] }) {
    const box = element(
      "div",
      "il-question",
      { role: "group", "aria-labelledby": `${id}-question` },
      element("h4", "", {}, phrase("question")),
      element("p", "", { id: `${id}-question` }, question),
    );
    const about = `${question}${lang === "zh" ? "：" : ": "}`;
    if (answers.length && answers.length <= FEW) {
      const choices = answers.map(({ value, text }) =>
        button(text, "", () => answer(entry, value, about + text)),
      );
      box.append(element("div", "cf-tools", {}, ...choices));
      return box;
    }
    const field = answers.length
      ? element(
          "select",
          "cf-input",
          {},
          element("option", "", { value: "" }, phrase("question.choose")),
          ...answers.map(({ value, text }) => element("option", "", { value }, text)),
        )
      : element("input", "cf-input", { type: "text", autocomplete: "off" });
    field.setAttribute("aria-labelledby", `${id}-question`);
    const give = () => {
      const text = answers.find(({ value }) => value === field.value)?.text ?? field.value;
      if (field.value.trim()) answer(entry, field.value.trim(), about + text);
    };
    field.addEventListener("keydown", (event) => {
      if (/** @type {KeyboardEvent} */ (event).key !== "Enter" || answers.length) return;
      event.preventDefault();
      give();
    });
    box.append(element("div", "cf-tools", {}, field, button(phrase("answer"), "", give)));
    return box;
  }

  /** @param {Said[]} answers */
  function answersBox(answers) {
    const list = element("ul", "il-said");
    for (const said of answers)
      list.append(
        element(
          "li",
          "",
          {},
          said.text,
          " ",
          button(phrase("back"), "cf-quiet", () => {
            kept.said = kept.said.filter((other) => other !== said);
            read();
          }),
        ),
      );
    return element("div", "", {}, element("h4", "", {}, phrase("answers")), list);
  }

  /** @param {Reading} reading @returns {HTMLElement[]} */
  function understood(reading) {
    const { first, last, drawn, median } = reading;
    const count = { rows: reading.rows, used: reading.used, rejected: reading.rejected };
    const half =
      median === null
        ? phrase("median.no")
        : phrase(median < 1 ? "median.0" : median === 1 ? "median.1" : "median.n", {
            n: number.format(median),
          });
    const closed = phrase("closed", {
      share: number.format(100 * reading.closed),
      drawn,
      open: number.format(reading.open),
    });
    return [
      element(
        "p",
        "il-read",
        { tabindex: "-1" },
        phrase("read", { name: kept.file?.name ?? "", ...formatted(count) }),
      ),
      ...(reading.reasons.length
        ? [
            element("h4", "", {}, phrase("reasons")),
            element(
              "ul",
              "",
              {},
              ...reading.reasons.map(({ rows, why }) =>
                element("li", "", {}, phrase("reason", { rows: number.format(rows), why })),
              ),
            ),
          ]
        : []),
      element(
        "p",
        "",
        {},
        `${phrase("when", { first, last })}${lang === "zh" ? "；" : "; "}${closed}${lang === "zh" ? "，" : ", "}${half}${lang === "zh" ? "。" : "."}`,
      ),
      drawOpenings(reading.openings, phrase),
      columnsBox(reading),
      ...(reading.said.length
        ? [
            element(
              "details",
              "",
              {},
              element("summary", "", {}, phrase("said")),
              element("ul", "", {}, ...reading.said.map((text) => element("li", "", {}, text))),
            ),
          ]
        : []),
    ];
  }

  /** @param {Record<string, number>} counts */
  const formatted = (counts) =>
    Object.fromEntries(Object.entries(counts).map(([name, n]) => [name, number.format(n)]));

  /** What each column was taken for, which can be changed. @param {Reading} reading */
  function columnsBox(reading) {
    /** @param {string} label @param {string} entry @param {string} now @param {[string, string][]} choices */
    const row = (label, entry, now, choices) => {
      const at = `${id}-${entry}`,
        select = element("select", "cf-input", { id: at });
      for (const [value, text] of choices) select.append(element("option", "", { value }, text));
      select.value = now;
      select.addEventListener("change", () => answer(entry, select.value, ""));
      return element("div", "il-row", {}, element("label", "cf-label", { for: at }, label), select);
    };
    const box = element("div", "il-columns");
    for (const { role, label, column } of reading.columns) {
      const others = role === "status" ? [["none", phrase("column.none")]] : [];
      const names = [...new Set([...reading.header, ...(column ? [column] : [])])];
      const choices = [...others, ...names.map((name) => [name, name])];
      box.append(row(label, role, column || "none", /** @type {[string, string][]} */ (choices)));
    }
    if (reading.sheets.length > 1) {
      const auto = reading.sheet ? [] : [["", phrase("sheet.auto")]];
      const choices = [...auto, ...reading.sheets.map((name) => [name, name])];
      box.append(row(phrase("sheet"), "sheet", reading.sheet, /** @type {[string, string][]} */ (choices)));
    }
    const at = `${id}-drawn`,
      day = element("input", "cf-input", { id: at, type: "date", "aria-describedby": `${at}-hint` });
    day.value = reading.drawn;
    day.addEventListener("change", () => day.value && answer("drawn", day.value, ""));
    box.append(
      element("div", "il-row", {}, element("label", "cf-label", { for: at }, phrase("drawn")), day),
      element("p", "cf-hint", { id: `${at}-hint` }, phrase("drawn.hint")),
    );
    return element("div", "", {}, element("h4", "", {}, phrase("columns")), box);
  }

  return { questionBox, answersBox, understood };
}
