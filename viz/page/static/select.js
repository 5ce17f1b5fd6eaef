// A select box with its label: the browser's own, which keyboards, screen readers and phones know.

const element = (tag, className, text) => Object.assign(document.createElement(tag), { className, textContent: text ?? "" });

export default {
  render({ model, el }) {
    const label = element("label", "co-select"), name = element("span", "co-quiet"), box = element("select", `co-choice-${model.get("kind")}`);
    const show = () => {
      name.textContent = model.get("label");
      box.replaceChildren(...model.get("names").map((text) => element("option", "", text)));
      box.selectedIndex = model.get("chosen");
    };
    const changes = ["change:label", "change:names", "change:chosen"];
    box.addEventListener("change", () => { model.set("chosen", box.selectedIndex); model.save_changes(); });
    changes.forEach((change) => model.on(change, show));
    label.append(name, box);
    el.append(label);
    show();
    return () => changes.forEach((change) => model.off(change, show));
  },
};
