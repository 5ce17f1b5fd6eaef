// A button that opens a saved state. A file that is too large would end the connection, so the browser looks at it first.

export default {
  render({ model, el }) {
    const button = document.createElement("button"), input = document.createElement("input"), wrong = document.createElement("p");
    Object.assign(input, { type: "file", accept: ".json", hidden: true });
    Object.assign(button, { type: "button", className: "co-open-state" });
    wrong.className = "co-wrong";
    wrong.setAttribute("role", "alert");
    const say = () => { button.textContent = model.get("label"); };
    const refuse = (key, file) => {
      const values = { name: file.name, size: Math.ceil(file.size / 1024), most: model.get("most") / 1024 };
      wrong.textContent = key && model.get("words")[key].replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
    };
    button.addEventListener("click", () => input.click());
    input.addEventListener("change", async () => {
      const [file] = input.files, ending = file?.name.toLowerCase().split(".").at(-1);
      if (!file) return;
      const key = ending === "toml" ? "casefile" : ending !== "json" ? "ending" : file.size > model.get("most") ? "large" : "";
      refuse(key, file);
      if (!key) { model.set("opened", { text: await file.text(), number: Date.now() }); model.save_changes(); }
      input.value = ""; // so that the same file can be opened again
    });
    model.on("change:label", say);
    say();
    el.append(button, input, wrong);
    return () => model.off("change:label", say);
  },
};
