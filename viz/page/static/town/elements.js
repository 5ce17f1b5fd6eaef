// Elements and icons of the widget.

function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else if (value !== false && value != null) made.setAttribute(name, value === true ? "" : value);
  }
  made.append(...children);
  return made;
}

const ICONS = {
  play: "M6 3.5v17l14-8.5z", pause: "M5 4h5v16H5zM14 4h5v16h-5z", back: "M5 4h3v16H5zM20 4v16L9 12z", forward: "M16 4h3v16h-3zM4 4v16l11-8z",
  zoom_in: "M10.5 4h3v6.5H20v3h-6.5V20h-3v-6.5H4v-3h6.5z", zoom_out: "M4 10.5h16v3H4z", fit: "M3 3h7v3H6v4H3zM14 3h7v7h-3V6h-4zM3 14h3v4h4v3H3zM18 14h3v7h-7v-3h4z",
};

function icon(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg"), path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  path.setAttribute("d", ICONS[name]);
  svg.append(path);
  return svg;
}
