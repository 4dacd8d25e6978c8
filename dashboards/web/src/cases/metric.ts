/** Units by the ending of a metric's name (`tilt_deg`), as the contract's names carry them. */
const UNITS: Record<string, string> = {
  deg: '°',
  a: 'A',
  ma: 'mA',
  v: 'V',
  w: 'W',
  lux: 'lx',
  mm: 'mm',
  cm: 'cm',
  m: 'm',
  pct: '%',
  c: '°C',
  lel: '% LEL',
  s: 's',
  mps: 'm/s',
}

/** `tilt_deg` → { quantity: 'tilt', unit: '°' }; a name without a known unit is all quantity. */
export function readMetric(metric: string): { quantity: string; unit: string } {
  const cut = metric.lastIndexOf('_')
  const unit = cut > 0 ? UNITS[metric.slice(cut + 1)] : undefined
  return unit === undefined ? { quantity: metric, unit: '' } : { quantity: metric.slice(0, cut), unit }
}
