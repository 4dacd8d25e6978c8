/** Units by the ending of a metric's name (`tilt_deg`), as the contract's names carry them; the longer ending first. */
const UNITS: [ending: string, unit: string][] = [
  ['_c_per_min', '°C/min'],
  ['_m_per_min', 'm/min'],
  ['_lel_pct', '% LEL'],
  ['_deg', '°'],
  ['_lux', 'lx'],
  ['_pct', '%'],
  ['_mps', 'm/s'],
  ['_ma', 'mA'],
  ['_mm', 'mm'],
  ['_cm', 'cm'],
  ['_a', 'A'],
  ['_v', 'V'],
  ['_w', 'W'],
  ['_m', 'm'],
  ['_c', '°C'],
  ['_s', 's'],
]

/** `tilt_deg` → `°`; empty for a name without a known unit. */
export function unitOf(metric: string): string {
  return UNITS.find(([ending]) => metric.endsWith(ending) && metric !== ending)?.[1] ?? ''
}
