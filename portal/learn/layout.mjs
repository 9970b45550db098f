// Places boxes and lines of the entity diagrams with ELK. In: the JSON of layout.py on standard input.
// Out: the text of diagram.json. Each diagram is laid out in several ways; the one with
// the fewest crossings is kept, where 250 units of width weigh as much as one crossing. Run it by `make diagram`.
import ELK from 'elkjs/lib/elk.bundled.js';
import { readFileSync } from 'node:fs';

const elk = new ELK();
const FIXED = {
  'elk.algorithm': 'layered', 'elk.direction': 'RIGHT', 'elk.edgeRouting': 'ORTHOGONAL', 'elk.randomSeed': '1',
  'elk.layered.thoroughness': '60', 'elk.spacing.nodeNode': '24', 'elk.spacing.edgeEdge': '9',
  'elk.spacing.edgeNode': '16', 'elk.layered.spacing.edgeEdgeBetweenLayers': '9',
  'elk.layered.spacing.edgeNodeBetweenLayers': '32', 'elk.layered.spacing.nodeNodeBetweenLayers': '70',
};

/** Settings to try: which column a box stands in, and at what height. */
function* ways(graph) {
  for (const placement of ['NETWORK_SIMPLEX', 'BRANDES_KOEPF']) {
    const common = { ...FIXED, 'elk.layered.nodePlacement.strategy': placement };
    yield { ...common, 'elk.layered.layering.strategy': 'NETWORK_SIMPLEX' };
    yield { ...common, 'elk.layered.layering.strategy': 'LONGEST_PATH' };
    for (const tall of graph.detailed ? [3, 4, 5] : [10, 12, 14, 16, 18]) {
      yield { ...common, 'elk.layered.layering.strategy': 'COFFMAN_GRAHAM',
        'elk.layered.layering.coffmanGraham.layerBound': String(tall) };
    }
  }
}

/** A box with columns is met at the row of the column; one of names alone gathers its lines in one place. */
function detailed(graph) {
  const port = (id, x, y, side) => ({ id, x, y, width: 0, height: 0, layoutOptions: { 'port.side': side } });
  return {
    children: graph.boxes.map((box) => ({
      id: box.name, width: graph.width, height: box.height, layoutOptions: { portConstraints: 'FIXED_POS' },
      ports: [port(`${box.name}:out`, graph.width, box.out, 'EAST'),
        ...graph.lines.filter((line) => line.child === box.name)
          .map((line) => port(`${line.key}:in`, 0, line.at, 'WEST'))],
    })),
    edges: graph.lines.map((line) => ({
      id: line.key, sources: [`${line.parent}:out`], targets: [`${line.key}:in`] })),
  };
}

function gathered(graph) {
  return {
    children: graph.boxes.map((box) => ({ id: box.name, width: graph.width, height: box.height })),
    edges: graph.lines.map((line) => ({ id: line.key, sources: [line.parent], targets: [line.child] })),
  };
}

/** Where a table of names alone points at itself, ELK ends at its top: here the line goes round below it. */
function roundItself(edge, box) {
  const [right, middle, below] = [box.x + box.width, box.y + box.height / 2, box.y + box.height + 8];
  const points = [[right + 12, middle], [right + 12, below], [box.x - 12, below], [box.x - 12, middle]];
  edge.sections = [{ startPoint: { x: right, y: middle }, endPoint: { x: box.x, y: middle },
    bendPoints: points.map(([x, y]) => ({ x, y })) }];
}

const corners = (edge) => edge.sections.flatMap(
  (part) => [part.startPoint, ...(part.bendPoints ?? []), part.endPoint]);

function crossings(edges) {
  const level = [], upright = [];
  edges.forEach((edge, index) => {
    const points = corners(edge);
    for (let at = 1; at < points.length; at += 1) {
      const [a, b] = [points[at - 1], points[at]];
      if (Math.abs(a.y - b.y) < 0.01) level.push([index, a.y, Math.min(a.x, b.x), Math.max(a.x, b.x)]);
      else upright.push([index, a.x, Math.min(a.y, b.y), Math.max(a.y, b.y)]);
    }
  });
  let count = 0;
  for (const [one, y, left, right] of level) {
    for (const [other, x, top, bottom] of upright) {
      if (one !== other && left < x && x < right && top < y && y < bottom) count += 1;
    }
  }
  return count;
}

async function best(graph) {
  let kept = null;
  for (const options of ways(graph)) {
    const root = graph.detailed ? detailed(graph) : gathered(graph);
    const merge = graph.detailed ? {} : { 'elk.layered.mergeEdges': 'true' };
    const result = await elk.layout({ id: 'root', ...root, layoutOptions: { ...options, ...merge } });
    for (const edge of result.edges) {
      if (edge.sources[0] === edge.targets[0]) {
        roundItself(edge, result.children.find((box) => box.id === edge.sources[0]));
      }
    }
    const count = crossings(result.edges);
    const score = count + result.width / 250;
    if (kept === null || score < kept.score) kept = { score, count, result };
  }
  return kept;
}

/** One line of text for each box and relation, so that a change shows what moved. */
function text(graph, { result }) {
  const round = (value) => Math.round((value + graph.margin - 12) * 10) / 10;
  const block = (entries) => entries.sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, numbers]) => `   ${JSON.stringify(name)}: ${JSON.stringify(numbers)}`).join(',\n');
  const boxes = result.children.map((box) => [box.id, [round(box.x), round(box.y), box.height]]);
  const lines = result.edges.map((edge) => [edge.id, corners(edge).flatMap(({ x, y }) => [round(x), round(y)])]);
  return ` {"width": ${Math.ceil(result.width) + 24}, "height": ${Math.ceil(result.height) + 24},\n`
    + `  "boxes": {\n${block(boxes)}},\n  "lines": {\n${block(lines)}}}`;
}

const graphs = JSON.parse(readFileSync(0, 'utf8'));
const parts = [];
for (const [key, graph] of Object.entries(graphs)) {
  const kept = await best(graph);
  console.error(`${key}: ${graph.boxes.length} tables, ${graph.lines.length} relations, `
    + `${kept.count} crossings, ${Math.round(kept.result.width)} x ${Math.round(kept.result.height)}`);
  parts.push(`"${key}":${text(graph, kept)}`);
}
console.log(`{${parts.join(',\n')}}`);
