/* The entity diagram: zoom, pan, search and keyboard. The frame scrolls by itself, so without this script the
   drawing is read by scrolling and every box is a plain link. */
(() => {
  'use strict';

  const frame = document.getElementById('erd-frame');
  const figure = document.getElementById('erd');
  const svg = figure && figure.querySelector('svg');
  if (!frame || !svg) return;

  const [, , WIDTH, HEIGHT] = svg.getAttribute('viewBox').split(' ').map(Number);
  const LARGEST = 2.5;
  const READABLE = 0.95;
  const SMALLEST_READABLE = 0.68;
  const boxes = [...svg.querySelectorAll('a[data-table]')];
  const lines = [...svg.querySelectorAll('.ln')];
  let scale = READABLE;

  const placeOf = (box) => {
    const rect = box.querySelector('rect');
    const [x, y, width, height] = ['x', 'y', 'width', 'height'].map((name) => Number(rect.getAttribute(name)));
    return { left: x, top: y, right: x + width, bottom: y + height, x: x + width / 2, y: y + height / 2 };
  };
  const places = new Map(boxes.map((box) => [box, placeOf(box)]));
  const chosen = () => svg.querySelector('a.sel') || boxes[0];

  // ------------------------------------------------------------ size

  const whole = () => Math.min(figure.clientWidth / WIDTH, figure.clientHeight / HEIGHT, 1);

  /** Give the drawing a size; what lies under (x, y) of the frame stays there. */
  const resize = (wanted, x = figure.clientWidth / 2, y = figure.clientHeight / 2) => {
    const next = Math.min(LARGEST, Math.max(whole(), wanted));
    const [left, top] = [(figure.scrollLeft + x) / scale, (figure.scrollTop + y) / scale];
    scale = next;
    svg.setAttribute('width', String(Math.round(WIDTH * scale)));
    svg.setAttribute('height', String(Math.round(HEIGHT * scale)));
    figure.scrollLeft = left * scale - x;
    figure.scrollTop = top * scale - y;
  };

  const centre = (place) => {
    figure.scrollLeft = place.x * scale - figure.clientWidth / 2;
    figure.scrollTop = place.y * scale - figure.clientHeight / 2;
  };

  /** The chosen table with those that it is joined to: as large as they fit, and no smaller than can be read. */
  const near = () => {
    const around = [chosen(), ...svg.querySelectorAll('a.near')].map((box) => places.get(box));
    const left = Math.min(...around.map((place) => place.left));
    const right = Math.max(...around.map((place) => place.right));
    const top = Math.min(...around.map((place) => place.top));
    const bottom = Math.max(...around.map((place) => place.bottom));
    const fits = Math.min(figure.clientWidth / (right - left + 60), figure.clientHeight / (bottom - top + 60));
    resize(Math.min(READABLE, Math.max(SMALLEST_READABLE, fits)));
    centre(fits < SMALLEST_READABLE ? places.get(chosen()) : { x: (left + right) / 2, y: (top + bottom) / 2 });
  };

  const zooms = { in: () => resize(scale * 1.25), out: () => resize(scale / 1.25), all: () => resize(0), near };
  frame.querySelectorAll('[data-zoom]').forEach(
    (button) => button.addEventListener('click', () => zooms[button.dataset.zoom]()));

  figure.addEventListener('wheel', (event) => {
    if (!event.ctrlKey && !event.metaKey) return;
    event.preventDefault();
    const area = figure.getBoundingClientRect();
    resize(scale * (event.deltaY < 0 ? 1.15 : 1 / 1.15), event.clientX - area.left, event.clientY - area.top);
  }, { passive: false });

  // ------------------------------------------------------------ pull with the mouse, two fingers zoom

  const held = new Map();
  let apart = 0;
  let moved = false;
  const distance = () => {
    const [a, b] = [...held.values()];
    return Math.hypot(a.x - b.x, a.y - b.y);
  };
  figure.addEventListener('pointerdown', (event) => {
    held.set(event.pointerId, { x: event.clientX, y: event.clientY });
    moved = false;
    if (held.size === 2) apart = distance();
  });
  window.addEventListener('pointermove', (event) => {
    const from = held.get(event.pointerId);
    if (!from) return;
    if (held.size === 1 && event.pointerType === 'mouse') {
      if (Math.hypot(event.clientX - from.x, event.clientY - from.y) > 3 || moved) {
        moved = true;
        figure.classList.add('pulled');
        figure.scrollLeft -= event.clientX - from.x;
        figure.scrollTop -= event.clientY - from.y;
        held.set(event.pointerId, { x: event.clientX, y: event.clientY });
      }
      return;
    }
    held.set(event.pointerId, { x: event.clientX, y: event.clientY });
    if (held.size === 2 && apart) {
      const now = distance();
      resize(scale * (now / apart));
      apart = now;
    }
  });
  const release = (event) => {
    held.delete(event.pointerId);
    if (held.size < 2) apart = 0;
    figure.classList.remove('pulled');
  };
  window.addEventListener('pointerup', release);
  window.addEventListener('pointercancel', release);
  figure.addEventListener('dragstart', (event) => event.preventDefault());

  // ------------------------------------------------------------ choose a table

  const mark = (name) => {
    const joined = new Set();
    lines.forEach((line) => {
      const mine = line.dataset.from === name || line.dataset.to === name;
      line.classList.toggle('on', mine);
      if (mine) {
        joined.add(line.dataset.from).add(line.dataset.to);
        svg.insertBefore(line, boxes[0]); // over the other lines, under the boxes
      }
    });
    boxes.forEach((box) => {
      const own = box.dataset.table === name;
      box.classList.toggle('sel', own);
      box.classList.toggle('near', !own && joined.has(box.dataset.table));
      if (own) box.setAttribute('aria-current', 'true');
      else box.removeAttribute('aria-current');
    });
  };

  /** Choose without leaving: the card beside the drawing is taken out of the page that the link leads to. */
  const choose = async (box) => {
    mark(box.dataset.table);
    const address = box.getAttribute('href');
    const answer = await fetch(address, { headers: { Accept: 'text/html' } });
    const page = answer.ok && new DOMParser().parseFromString(await answer.text(), 'text/html');
    const card = page && page.getElementById('erd-detail');
    if (!card) {
      window.location.assign(address);
      return;
    }
    document.getElementById('erd-detail').replaceChildren(...card.childNodes);
    window.history.replaceState(null, '', address.replace(/#.*/, ''));
  };

  svg.addEventListener('click', (event) => {
    const box = event.target.closest('a[data-table]');
    if (!box) return;
    if (moved) {
      event.preventDefault();
      return;
    }
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
    event.preventDefault();
    choose(box);
  });

  // ------------------------------------------------------------ keyboard

  const WAYS = {
    ArrowRight: (from, to) => [to.x - from.x, to.y - from.y], ArrowLeft: (from, to) => [from.x - to.x, to.y - from.y],
    ArrowDown: (from, to) => [to.y - from.y, to.x - from.x], ArrowUp: (from, to) => [from.y - to.y, to.x - from.x],
  };

  /** The nearest box in a direction; aside counts twice. */
  const next = (box, key) => {
    const from = places.get(box);
    let best = null;
    boxes.forEach((other) => {
      const [ahead, aside] = WAYS[key](from, places.get(other));
      const far = ahead + 2 * Math.abs(aside);
      if (other !== box && ahead > 20 && (!best || far < best.far)) best = { other, far };
    });
    return best && best.other;
  };

  const show = (box) => {
    const place = places.get(box);
    const [left, top] = [figure.scrollLeft / scale, figure.scrollTop / scale];
    const inside = place.left >= left && place.top >= top && place.right <= left + figure.clientWidth / scale
      && place.bottom <= top + figure.clientHeight / scale;
    if (!inside) centre(place);
  };
  svg.addEventListener('focusin', (event) => {
    const box = event.target.closest('a[data-table]');
    if (box) show(box);
  });

  const SIZES = { '+': zooms.in, '=': zooms.in, '-': zooms.out, '−': zooms.out, 0: zooms.all };
  figure.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const box = document.activeElement && document.activeElement.closest('a[data-table]');
    if (SIZES[event.key]) {
      event.preventDefault();
      SIZES[event.key]();
      if (box && event.key !== '0') centre(places.get(box));
    } else if (WAYS[event.key] && box) {
      const other = next(box, event.key);
      event.preventDefault();
      if (other) other.focus({ preventScroll: true });
    }
  });

  // ------------------------------------------------------------ search

  const field = document.getElementById('erd-find');
  const answers = (text) => boxes.filter(
    (box) => `${box.dataset.table} ${box.dataset.words}`.toLowerCase().includes(text));
  const seek = () => {
    const text = field.value.trim().toLowerCase();
    const found = text.length > 1 ? answers(text) : [];
    boxes.forEach((box) => box.classList.toggle('hit', found.includes(box)));
    const first = found.find((box) => box.dataset.table === text) || found[0];
    if (first) centre(places.get(first));
    return first;
  };
  field.addEventListener('input', seek);
  field.form.addEventListener('submit', (event) => {
    const first = seek();
    if (!first) return; // the server knows the papers' words and the columns, and answers with a page
    event.preventDefault();
    first.focus({ preventScroll: true });
    choose(first);
  });

  document.documentElement.classList.add('has-script');
  figure.classList.add('alive');
  mark(chosen().dataset.table);
  near();
})();
