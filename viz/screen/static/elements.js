// @ts-check
// Elements of forms.

/**
 * Make an element with a class, attributes and content.
 * @template {keyof HTMLElementTagNameMap} K
 * @param {K} tag @param {string} [name] @param {Record<string, string>} [attributes]
 * @param {(Node | string)[]} inner
 * @returns {HTMLElementTagNameMap[K]}
 */
export function element(tag, name = "", attributes = {}, ...inner) {
  const node = document.createElement(tag);
  if (name) node.className = name;
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  node.append(...inner);
  return node;
}
