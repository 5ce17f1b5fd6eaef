// @ts-check
// Which category of a list is which of the model: proposed, and used if it is accepted or chosen.

/** @typedef {import("./issue_list_parts.js").Category} Category */
/** @typedef {import("./issue_list_parts.js").Reading} Reading */

/**
 * Return what a category of a list is taken for, "" if it is left out.
 * @param {import("./issue_list_parts.js").Kept} kept @param {Category} category
 */
export function chosenFor(kept, category) {
  return kept.chosen[category.name] ?? category.ours;
}

/**
 * Return the table of categories.
 * @param {import("./issue_list_parts.js").Parts} parts @param {import("./issue_list_parts.js").Options} options @param {Reading} reading
 * @param {() => void} changed  what to do when another category is used
 */
export function categoriesBox(parts, options, reading, changed) {
  const { id, number, phrase, element, button, labelOf } = parts;
  const { families, kept } = options;
  const rows = element("tbody"),
    used = element("p", "il-used", { role: "status" }),
    all = button("", "", acceptAll);
  const waiting = () => reading.categories.filter((c) => c.proposal && !(c.name in kept.chosen) && !c.ours);

  function acceptAll() {
    for (const category of waiting()) kept.chosen[category.name] = category.proposal;
    redraw();
    /** @type {HTMLElement | null} */ (rows.querySelector("select"))?.focus();
  }
  function redraw() {
    rows.replaceChildren(...reading.categories.map((category, n) => categoryRow(category, n)));
    const n = waiting().length,
      inUse = reading.categories.filter((category) => chosenFor(kept, category));
    all.hidden = n === 0;
    all.textContent = phrase(n === 1 ? "accept.all.1" : "accept.all.n", { n });
    used.textContent = phrase("used", {
      n: inUse.length,
      of: reading.categories.length + reading.more,
      issues: number.format(inUse.reduce((sum, category) => sum + category.count, 0)),
      all: number.format(reading.used),
    });
    changed();
  }
  redraw();
  const head = ["theirs", "count", "ours"].map((key) => element("th", "", { scope: "col" }, phrase(key)));

  /** @param {Category} category @param {number} n */
  function categoryRow(category, n) {
    const { name, proposal } = category,
      now = chosenFor(kept, category),
      at = `${id}-category-${n}`;
    const select = element("select", "cf-input", { "aria-labelledby": at });
    select.append(element("option", "", { value: "" }, phrase("leave")));
    for (const value of new Set([now, proposal]))
      if (value.includes("+")) select.append(element("option", "", { value }, labelOf(value)));
    for (const family of families) {
      const group = element("optgroup", "", { label: family.label });
      group.append(element("option", "", { value: family.name }, labelOf(family.name)));
      for (const { name: ours, label } of family.categories)
        group.append(element("option", "", { value: ours }, label));
      select.append(group);
    }
    select.value = now;
    select.addEventListener("change", () => {
      kept.chosen[name] = select.value;
      redraw();
      /** @type {HTMLElement | null} */ (rows.querySelector(`[aria-labelledby="${at}"]`))?.focus();
    });
    const cell = element("td", "", {}, select);
    if (proposal && !now && !(name in kept.chosen)) {
      const accept = button(phrase("accept"), "il-accept", () => {
        kept.chosen[name] = proposal;
        redraw();
        /** @type {HTMLElement | null} */ (rows.querySelector(`[aria-labelledby="${at}"]`))?.focus();
      });
      accept.setAttribute("aria-label", phrase("accept.of", { name, ours: labelOf(proposal) }));
      const why = phrase("proposed", { ours: labelOf(proposal), why: category.because });
      cell.append(element("p", "il-proposal", {}, why, " ", accept));
    }
    return element(
      "tr",
      now ? "" : "il-left",
      {},
      element("th", "", { scope: "row", id: at }, name),
      element("td", "il-count", {}, number.format(category.count)),
      cell,
    );
  }

  return element(
    "div",
    "",
    {},
    element("h4", "", { id: `${id}-categories` }, phrase("categories")),
    element(
      "p",
      "cf-hint",
      {},
      phrase("categories.lead", { n: families.reduce((sum, f) => sum + f.categories.length, 0) }),
    ),
    all,
    element(
      "table",
      "il-table",
      { "aria-labelledby": `${id}-categories` },
      element("thead", "", {}, element("tr", "", {}, ...head)),
      rows,
    ),
    ...(reading.more ? [element("p", "cf-hint", {}, phrase("more", { n: reading.more }))] : []),
    used,
  );
}
