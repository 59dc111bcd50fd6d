// SPDX-License-Identifier: Apache-2.0
// Draws the two kinds of line charts and makes the legend's keys work. Everything else on the page is plain HTML.
(() => {
  'use strict';

  const data = JSON.parse(document.getElementById('chart-data').textContent);
  const hidden = new Set();
  const charts = [];
  let linear = !data.backlog.compressed;

  const ink = name => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

  const seconds = s => {
    if (s === 0) return '0';
    if (s < 0.001) return +(s * 1e6).toPrecision(3) + ' µs';
    if (s < 1) return +(s * 1e3).toPrecision(3) + ' ms';
    return s < 1000 ? +s.toPrecision(3) + ' s' : Math.round(s).toLocaleString('en') + ' s';
  };

  const clock = s => {
    const whole = Math.round(s);
    const two = n => String(n).padStart(2, '0');
    const h = Math.floor(whole / 3600), m = Math.floor(whole / 60) % 60;
    return h > 0 ? h + ':' + two(m) + ':' + two(whole % 60) : m + ':' + two(whole % 60);
  };

  const amount = v => v >= 99.5 ? Math.round(v).toLocaleString('en') : v >= 9.95 ? v.toFixed(0) : v.toFixed(1);

  const axis = more => Object.assign({
    stroke: ink('--quiet'), font: '12px system-ui, sans-serif',
    grid: {stroke: ink('--grid'), width: 1}, ticks: {show: false},
  }, more);

  // The best policy is drawn last, over the others: columns are in reverse order of the policies.
  const column = policy => data.policies.length - policy;
  const columns = values => values.slice().reverse();

  const series = () => columns(data.policies.map((policy, i) => ({
    label: policy.name, stroke: ink(policy.colour), width: policy.first ? 3 : 1.75, dash: policy.dash,
    show: !hidden.has(i), points: {show: false},
  })));

  const bound = () => data.cdf.bound ? [{label: 'bound', stroke: ink('--oracle'), width: 1.25, points: {show: false}}] : [];

  /** Writes the values under the cursor below the keys, and clears them when the cursor leaves. */
  const readout = (keys, format, where) => chart => {
    const at = chart.cursor.idx;
    keys.querySelectorAll('.key[data-policy]').forEach(key => {
      const value = at == null ? null : chart.data[column(Number(key.dataset.policy))][at];
      key.querySelector('output').textContent = value == null ? '' : format(value);
    });
    keys.querySelector('.at').textContent = at == null ? '' : where(chart.data[0][at]);
  };

  /** The range of x in which something still happens to a policy that is shown; a zoomed range stays as it is. */
  const rangeOf = (xs, values, over) => (chart, min, max) => {
    if (min !== xs[0] || max !== xs[xs.length - 1]) return [min, max];
    let last = 0;
    values.forEach((column, policy) => {
      for (let i = xs.length - 1; i > last && !hidden.has(policy); i--) {
        if (!over(column[i])) { last = i; break; }
      }
    });
    return [xs[0], xs[last > 0 ? Math.min(xs.length - 1, last + 1) : xs.length - 1]];
  };

  /** A dashed line across the chart with a word at its right end. */
  const mark = (chart, value, word) => {
    const y = Math.round(chart.valToPos(value, 'y', true));
    const {left, top, width, height} = chart.bbox;
    if (y < top || y > top + height) return;
    const c = chart.ctx, dpr = window.devicePixelRatio || 1;
    c.save();
    c.strokeStyle = c.fillStyle = ink('--quiet');
    c.globalAlpha = 0.8;
    c.lineWidth = dpr;
    c.setLineDash([3 * dpr, 4 * dpr]);
    c.beginPath(); c.moveTo(left, y); c.lineTo(left + width, y); c.stroke();
    c.font = 12 * dpr + 'px system-ui, sans-serif';
    c.textAlign = 'left';
    c.fillText(word, left + 4 * dpr, y - 5 * dpr);
    c.restore();
  };

  const draw = (id, options, numbers) => {
    const box = document.getElementById(id);
    const height = Math.max(250, Math.min(options.height, box.clientWidth * 0.62));
    const chart = new uPlot(Object.assign(options, {
      width: box.clientWidth, height, legend: {show: false}, series: [{}].concat(series(), id === 'cdf' ? bound() : []),
    }), numbers, box);
    chart.box = box;
    charts.push(chart);
  };

  const drawAll = () => {
    charts.splice(0).forEach(chart => chart.destroy());

    draw('cdf', {
      height: 400,
      scales: {x: {time: false, distr: 3, log: 10, range: rangeOf(data.cdf.seconds, data.cdf.percent, v => v >= 100)}, y: {range: [0, 100]}},
      axes: [
        axis({values: (u, splits) => splits.map(v => v == null ? '' : seconds(v)), space: 46, size: 34}),
        axis({values: (u, splits) => splits.map(v => v + ' %'), size: 52, incrs: [10, 20, 25, 50]}),
      ],
      cursor: {y: false, points: {size: 7}},
      hooks: {
        setCursor: [readout(document.getElementById('cdf-keys'), share => share.toFixed(1) + ' %',
          x => 'within ' + seconds(x))],
        draw: [chart => { mark(chart, 50, 'half of the requests'); mark(chart, 99, ''); }],
      },
    }, [data.cdf.seconds].concat(columns(data.cdf.percent), data.cdf.bound ? [data.cdf.bound] : []));

    const keys = document.getElementById('backlog-keys');
    for (const part of ['total', 'busiest']) {
      draw('backlog-' + part, {
        height: part === 'total' ? 330 : 240,
        scales: {x: {time: false, range: rangeOf(data.backlog.seconds, data.backlog.total, v => v === 0)}, y: linear
            ? {distr: 1, range: (u, min, max) => [0, Math.max(1, max * 1.05)]}
            : {distr: 4, asinh: 1, range: (u, min, max) => [0, Math.max(1, max * 1.3)]}},
        axes: [
          axis({values: (u, splits) => splits.map(clock), space: 64, size: 34,
            incrs: [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 28800, 86400, 604800]}),
          axis({size: 52, values: (u, splits) => splits.map(v => v == null ? '' : Math.round(v).toLocaleString('en')),
            ...(linear ? {incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1e3, 2e3, 5e3, 1e4, 2e4, 5e4, 1e5, 2e5, 5e5, 1e6]} : {
              splits: (u, i, min, max) => [0, 1, 10, 100, 1e3, 1e4, 1e5, 1e6].filter(v => v <= max),
              filter: (u, splits) => splits})}),
        ],
        cursor: {y: false, points: {size: 7}, sync: {key: 'backlog', setSeries: false}},
        hooks: {setCursor: part === 'total' ? [readout(keys, amount, x => 'at ' + clock(x))] : []},
      }, [data.backlog.seconds].concat(columns(data.backlog[part])));
    }
  };

  document.querySelectorAll('.key[data-policy]').forEach(key => key.addEventListener('click', () => {
    const policy = Number(key.dataset.policy);
    const show = hidden.delete(policy) || (hidden.add(policy), false);
    document.querySelectorAll('.key[data-policy="' + policy + '"]').forEach(k => k.setAttribute('aria-pressed', String(show)));
    charts.forEach(chart => {
      chart.setSeries(column(policy), {show});
      chart.setScale('x', {min: chart.data[0][0], max: chart.data[0][chart.data[0].length - 1]});
    });
  }));

  const scale = document.getElementById('backlog-scale');
  const nameScale = () => { scale.textContent = linear ? 'show on a log scale' : 'show on a linear scale'; };
  scale.hidden = false;
  nameScale();
  scale.addEventListener('click', () => { linear = !linear; nameScale(); drawAll(); });

  window.matchMedia('(prefers-color-scheme: dark)').addEventListener('change', drawAll);
  let width = window.innerWidth;
  window.addEventListener('resize', () => {
    if (window.innerWidth === width) return;
    width = window.innerWidth;
    charts.forEach(chart => chart.setSize({width: chart.box.clientWidth, height: chart.height}));
  });
  drawAll();
})();
