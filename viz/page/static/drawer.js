// A way out of the sidebar where it covers the page: a button at its top, and Escape. The framework has neither.

export default {
  render({ model, el }) {
    const button = document.createElement("button");
    Object.assign(button, { type: "button", className: "co-close-drawer" });
    const menu = () => document.querySelector(".v-app-bar__nav-icon");
    const covers = () => el.closest(".v-navigation-drawer--is-mobile.v-navigation-drawer--open");
    const close = () => { if (covers()) { menu()?.click(); menu()?.focus(); } };
    const say = () => {
      button.textContent = `✕ ${model.get("label")}`;
      menu()?.setAttribute("aria-label", model.get("menu"));
    };
    const press = (event) => { if (event.key === "Escape" && !event.defaultPrevented) close(); };
    button.addEventListener("click", close);
    document.addEventListener("keydown", press);
    model.on("change:label", say);
    el.append(button);
    say();
    return () => { document.removeEventListener("keydown", press); model.off("change:label", say); };
  },
};
