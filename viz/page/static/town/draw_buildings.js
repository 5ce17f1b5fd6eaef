// Drawing buildings and the ground between them.

/** The whole place with dark windows, in town units; `k` pixels a unit decide how much of it. */
function drawPlace(c, film, town, colours, k, box) {
  const seen = (x, y, w, h) => x < box.right && x + w > box.left && y - h < box.bottom && y > box.top;
  c.fillStyle = colours.ground;
  c.fillRect(box.left, box.top, box.right - box.left, box.bottom - box.top);
  for (const street of town.streets) drawStreet(c, street, town, colours, k);
  for (const yard of town.yards) drawYard(c, yard, colours, k);
  for (const tree of town.trees) if (seen(tree.x - 2, tree.y + 1, 4, 5)) drawTree(c, tree, colours);
  if (town.office) drawOffice(c, town.office, colours, k);
  for (const one of town.all) if (seen(one.x - 1, one.y + FRONT, one.w + 2, one.h + FRONT + 4)) drawBuilding(c, film, town, one, colours, k);
}

function drawStreet(c, street, town, colours, k) {
  const far = 4 * (town.w + town.h);  // streets lead out of the picture
  c.fillStyle = colours.street;
  c.fillRect(street.x - far, street.y + 0.35, street.w + 2 * far, street.h - 0.7);
  if (k < 2) return;
  c.fillStyle = colours.dash;
  for (let x = -far % 2.4; x < street.w; x += 2.4) if (x > -60) c.fillRect(x, street.y + street.h / 2 - 0.05, 1.2, 0.1);
}

function drawYard(c, yard, colours, k) {
  if (yard.office) return;
  rounded(c, yard.x, yard.y, yard.w, yard.h, 0.8);
  c.fillStyle = colours.yard;
  c.fill();
  c.strokeStyle = colours.fence;
  c.lineWidth = Math.max(1 / k, 0.09);
  c.stroke();
}

function rounded(c, x, y, w, h, r) {
  c.beginPath();
  c.roundRect(x, y, w, h, r);
}

function drawTree(c, tree, colours) {
  c.fillStyle = colours.trunk;
  c.fillRect(tree.x - 0.08, tree.y - tree.r * 1.2, 0.16, tree.r * 1.2);
  c.fillStyle = colours.tree;
  c.beginPath();
  c.arc(tree.x, tree.y - tree.r * 1.9, tree.r, 0, 7);
  c.fill();
}

function drawBuilding(c, film, town, one, colours, k) {
  const { x, y, w, h } = one, top = y - h + ROOF;
  c.fillStyle = colours.shadow;
  c.fillRect(x + 0.25, y - 0.1, w + 0.25, 0.5);
  c.fillStyle = colours.walls[one.compound % colours.walls.length];
  c.fillRect(x, top, w, y - top);
  c.fillStyle = colours.roofs[one.compound % colours.roofs.length];
  c.fillRect(x - 0.2, y - h, w + 0.4, ROOF);
  for (const stair of one.stairs) drawStair(c, one, stair, top, colours, k);
  if (k < 2.2) drawFloors(c, one, colours); else drawWindows(c, film, town, one, colours, k);
  if (one.shops && k >= 2.2) drawShops(c, one, colours);
}

function drawStair(c, one, stair, top, colours, k) {
  const x = one.x + stair.x;
  c.fillStyle = colours.stair;
  c.fillRect(x + 0.08, top, STAIR - 0.16, one.y - top);
  if (k >= 3) {
    c.fillStyle = colours.glass;
    for (let floor = 1; floor < one.floors; floor++) c.fillRect(x + 0.19, one.y - floor * FLOOR - 0.42, STAIR - 0.38, 0.5);
  }
  c.fillStyle = colours.door;
  c.fillRect(x + 0.1, one.y - 0.9, STAIR - 0.2, 0.9);
}

function drawWindows(c, film, town, one, colours, k) {
  for (const f of one.flats) {
    const x = town.flats.x[f] + 0.17, y = town.flats.y[f] + 0.2;
    c.fillStyle = film.flat_away[f] ? colours.shut : colours.pane;
    c.fillRect(x, y, 0.66, 0.72);
    if (k < 11) continue;
    c.fillStyle = colours.walls[one.compound % colours.walls.length];
    if (film.flat_away[f]) for (let line = 1; line < 5; line++) c.fillRect(x, y + line * 0.144 - 0.02, 0.66, 0.04);
    else c.fillRect(x + 0.305, y, 0.05, 0.72);
    c.fillStyle = colours.shadow;
    c.fillRect(x - 0.05, y + 0.72, 0.76, 0.07);
  }
}

function drawFloors(c, one, colours) {
  c.fillStyle = colours.pane;
  for (let floor = 1; floor <= one.floors; floor++) c.fillRect(one.x + WALL, one.y - floor * FLOOR + 0.1, one.w - 2 * WALL, 0.7);
}

function drawShops(c, one, colours) {
  const n = Math.min(one.shops, Math.floor((one.w - 0.4) / 1.2));
  for (let s = 0; s < n; s++) {
    const x = one.x + one.w - 0.2 - (s + 1) * 1.2;
    c.fillStyle = s % 2 ? colours.roofs[1] : colours.shop;
    c.fillRect(x + 0.06, one.y - 0.12, 1.08, 0.3);
  }
}

function drawOffice(c, office, colours, k) {
  const { x, y, w, h } = office;
  c.fillStyle = colours.shadow;
  c.fillRect(x + 0.25, y - 0.1, w + 0.3, 0.5);
  c.fillStyle = colours.walls[0];
  c.fillRect(x, y - h + 1.2, w, h - 1.2);
  c.fillStyle = colours.office;
  c.beginPath();
  c.moveTo(x - 0.5, y - h + 1.4);
  c.lineTo(x + w / 2, y - h - 0.2);
  c.lineTo(x + w + 0.5, y - h + 1.4);
  c.fill();
  c.fillStyle = colours.glass;
  for (const left of [0.7, 4.1]) c.fillRect(x + left, y - 2.5, 1.2, 1.2);
  c.fillStyle = colours.door;
  c.fillRect(x + w / 2 - 0.6, y - 1.9, 1.2, 1.9);
  c.fillRect(x + w / 2 - 0.05, y - h - 1.9, 0.1, 1.8);
  c.fillStyle = colours.office;
  c.fillRect(x + w / 2 + 0.05, y - h - 1.9, 1.3, 0.8);
}

/** Buildings under a tint of a layer's values. */
function drawTint(c, town, values, [low, high], colours) {
  if (colours === DARK) c.globalAlpha = 0.8; else c.globalCompositeOperation = "multiply";
  for (const one of town.all) {
    c.fillStyle = ramp(colours, (values[one.n] - low) / (high - low));
    c.fillRect(one.x, one.y - one.h + ROOF, one.w, one.h - ROOF);
  }
  c.globalAlpha = 1;
  c.globalCompositeOperation = "source-over";
}
