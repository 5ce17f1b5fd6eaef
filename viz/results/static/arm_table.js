// The table of all arms: what it is given is text, and is shown as text.

function made(tag, parent, text) {
  const one = document.createElement(tag);
  if (text !== undefined) one.textContent = text;
  parent.append(one);
  return one;
}

export default {
  render({ model, el }) {
    const show = () => {
      const { columns = [], rows = [], note = "", label = "" } = model.get("table"), box = document.createElement("div");
      box.className = "rs-scroll";
      box.tabIndex = 0;
      box.setAttribute("role", "region");
      box.setAttribute("aria-label", label);
      const table = made("table", box), head = made("tr", made("thead", table)), body = made("tbody", table);
      const kind = (n) => (columns[n].number ? "number" : "");
      columns.forEach(({ name }, n) => Object.assign(made("th", head, name), { scope: "col", className: kind(n) }));
      for (const row of rows) {
        const line = made("tr", body);
        row.forEach((text, n) => { made("td", line, text).className = kind(n); });
      }
      el.replaceChildren(box);
      if (note) made("p", el, note).className = "rs-quiet";
    };
    model.on("change:table", show);
    show();
    return () => model.off("change:table", show);
  },
};
