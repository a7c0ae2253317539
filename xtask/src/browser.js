// Checks a page of `ffi-dart-emit inspect --html`: colours, names of controls, the order of the
// tab key, links, tables and the search. Writes what is wrong to the attribute `data-checked`.
const wrong = [];
const is = (condition, what) => condition || wrong.push(what);

const channels = (colour) => colour.match(/[\d.]+/g).map(Number);
const luminance = (colour) => {
  const [r, g, b] = channels(colour).map((it) => {
    const part = it / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
};
const backgroundOf = (element) => {
  for (let at = element; at; at = at.parentElement) {
    const colour = getComputedStyle(at).backgroundColor;
    if (channels(colour)[3] !== 0) return colour;
  }
  return 'rgb(255, 255, 255)';
};
for (const element of document.querySelectorAll('body *:not(script)')) {
  const hasText = [...element.childNodes].some((it) => it.nodeType === Node.TEXT_NODE && it.textContent.trim());
  if (!hasText) continue;
  const [one, other] = [getComputedStyle(element).color, backgroundOf(element)].map(luminance).sort((a, b) => b - a);
  const contrast = (one + 0.05) / (other + 0.05);
  is(contrast >= 4.5, `contrast ${contrast.toFixed(2)} of ${element.tagName}: ${element.textContent.trim().slice(0, 20)}`);
}

for (const control of document.querySelectorAll('a, summary, input, button')) {
  const name = control.labels?.[0]?.textContent ?? control.ariaLabel ?? control.textContent;
  is(name.trim(), `${control.outerHTML} has no name`);
  is(control.tabIndex === 0, `${control.outerHTML} is not where it stands in the order of the tab key`);
}
is(document.querySelector('a, summary, input, button').className === 'skip', 'the first control does not skip the list');

const ids = [...document.querySelectorAll('[id]')].map((it) => it.id);
is(new Set(ids).size === ids.length, 'two elements have one id');
for (const link of document.querySelectorAll('a[href^="#"]')) {
  is(ids.includes(decodeURIComponent(link.hash.slice(1))), `${link.hash} leads nowhere`);
}
for (const table of document.querySelectorAll('table')) {
  is(table.caption && [...table.querySelectorAll('th')].every((it) => it.scope === 'col'), 'a table has no caption or scopes');
}

const shown = () => parts.filter((part) => !part.hidden).length;
const type = (text) => {
  search.value = text;
  search.dispatchEvent(new Event('input'));
};
type('no such name at all');
is(shown() === 0 && found.textContent.startsWith('0 of '), 'the search finds what is not there');
type(document.querySelector('h3').textContent);
is(shown() > 0, 'the search does not find the first message');
type('');
is(shown() === parts.length && found.textContent === '', 'an empty search hides something');
document.dispatchEvent(new KeyboardEvent('keydown', { key: '/' }));
is(document.activeElement === search, 'the key / does not lead to the search');
for (const details of document.querySelectorAll('details')) {
  details.open = true;
  is(details.querySelector('.line').offsetHeight > 0, 'a message inside of another does not open');
}
document.documentElement.dataset.checked = wrong.length ? wrong.join('; ') : 'ok';
