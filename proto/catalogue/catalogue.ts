import { readFileSync } from 'node:fs'
import { parse } from 'yaml'
import { z } from 'zod'

/** What is known of component and fault kinds: the two YAML files beside this one, checked when loaded. */

const Names = z.object({ zh: z.string().min(1), en: z.string().min(1) })

const ComponentKinds = z.strictObject({
  profile: z.strictObject({ class: z.int(), kind: z.int(), serial: z.int() }),
  classes: z.record(z.string().regex(/^\d+$/), Names),
  kinds: z.record(z.string().regex(/^\d+$/), Names),
})

const FaultKind = z.strictObject({
  zh: z.string().min(1),
  en: z.string().min(1),
  version: z.int().min(1),
  metric: z.string().regex(/^[a-z][a-z0-9_]*$/),
  raise: z.number(),
  clear: z.number(),
  holdMs: z.int().min(0),
  /** lamp_out only: darker than this, the lamp should burn. */
  darkLux: z.number().optional(),
})
const FaultKinds = z.record(z.string().regex(/^[a-z][a-z0-9_]*$/), FaultKind)

export type FaultKind = z.infer<typeof FaultKind>

const read = (file: string): unknown => parse(readFileSync(new URL(file, import.meta.url), 'utf8'))

const components = ComponentKinds.parse(read('component-kinds.yaml'))
const faults = FaultKinds.parse(read('fault-kinds.yaml'))

/** @throws RangeError for a fault that the catalogue does not have. */
export function faultKind(name: string): FaultKind {
  const kind = faults[name]
  if (!kind)
    throw new RangeError(`fault ${JSON.stringify(name)}: expected one of ${Object.keys(faults).join(', ')}`)
  return kind
}

/** Names to show; a fault of another catalogue is shown by its own name. */
export function faultNames(name: string): { zh: string; en: string } {
  const kind = faults[name]
  return kind ? { zh: kind.zh, en: kind.en } : { zh: name, en: name }
}

/** Kind of a component (小类) by its 16-digit code, where the catalogue has it. */
export function componentKind(code: string): { zh: string; en: string } | undefined {
  const { class: classDigits, kind } = components.profile
  return components.kinds[code.slice(6, 6 + classDigits + kind)]
}
