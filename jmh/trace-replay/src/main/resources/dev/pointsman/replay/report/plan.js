// SPDX-License-Identifier: Apache-2.0
// Draws cost over load, and makes the keys work. Everything else on the page is plain HTML.
(() => {
  'use strict';

  const data = JSON.parse(document.getElementById('chart-data').textContent);
  const keys = document.getElementById('keys');
  const box = document.getElementById('cost');
  const hidden = new Set();
  let chart = null;

  const ink = name => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const dollars = d => '$' + (d < 10 ? +d.toPrecision(3) : d.toFixed(1));
  const rate = r => +r.toPrecision(3) + ' requests/s';

  const axis = more => Object.assign({
    stroke: ink('--quiet'), font: '12px system-ui, sans-serif',
    grid: {stroke: ink('--grid'), width: 1}, ticks: {show: false},
  }, more);

  const readout = u => {
    const at = u.cursor.idx;
    keys.querySelectorAll('.key[data-series]').forEach(key => {
      const value = at == null ? null : u.data[1 + Number(key.dataset.series)][at];
      key.querySelector('output').textContent = value == null ? '' : dollars(value);
    });
    keys.querySelector('.at').textContent = at == null ? '' : 'at ' + rate(u.data[0][at]);
  };

  const draw = () => {
    if (chart) chart.destroy();
    chart = new uPlot({
      width: box.clientWidth, height: Math.max(260, Math.min(420, box.clientWidth * 0.5)), legend: {show: false},
      series: [{}].concat(data.series.map((one, i) => ({
        stroke: ink(one.colour), width: 2, dash: one.dash, points: {show: true, size: 5}, show: !hidden.has(i),
      }))),
      scales: {x: {time: false}, y: {range: (u, min, max) => [0, max * 1.05 || 1]}},
      axes: [axis({size: 34}), axis({values: (u, splits) => splits.map(v => v == null ? '' : dollars(v)), size: 66})],
      cursor: {y: false, points: {size: 7}},
      hooks: {setCursor: [readout]},
    }, [data.rates].concat(data.dollars), box);
  };

  keys.querySelectorAll('.key[data-series]').forEach(key => key.addEventListener('click', () => {
    const series = Number(key.dataset.series);
    const show = hidden.delete(series) || (hidden.add(series), false);
    key.setAttribute('aria-pressed', String(show));
    chart.setSeries(1 + series, {show});
  }));

  window.matchMedia('(prefers-color-scheme: dark)').addEventListener('change', draw);
  let width = window.innerWidth;
  window.addEventListener('resize', () => {
    if (window.innerWidth === width) return;
    width = window.innerWidth;
    chart.setSize({width: box.clientWidth, height: chart.height});
  });
  draw();
})();
