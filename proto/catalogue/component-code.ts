/**
 * The two forms of a component code (部件编码), 16 digits: admin division, class, kind, serial. The form is a
 * city's choice (confidence: medium to high, see component-kinds.yaml).
 */
export const CODE_PROFILES = {
  '6+2+2+6': { admin: 6, class: 2, kind: 2, serial: 6 },
  '6+2+3+5': { admin: 6, class: 2, kind: 3, serial: 5 },
} as const

export type CodeProfile = keyof typeof CODE_PROFILES

/** The digits of a component code by their meaning. */
export interface ComponentCode {
  /** Admin division (行政区划), 6 digits. */
  admin: string
  /** Class (大类), 2 digits. */
  class: string
  /** Kind within the class (小类), 2 or 3 digits. */
  kind: string
  /** Counts the components of one kind in one division. */
  serial: string
}

/**
 * Cuts a component code into its parts; does not know which classes and kinds there are.
 * @throws RangeError where the code is not 16 digits.
 */
export function parseComponentCode(code: string, profile: CodeProfile): ComponentCode {
  if (!/^\d{16}$/.test(code))
    throw new RangeError(
      `component code ${JSON.stringify(code.slice(0, 40))}: expected 16 digits (${profile})`,
    )
  const lengths = CODE_PROFILES[profile]
  const kindAt = lengths.admin + lengths.class
  const serialAt = kindAt + lengths.kind
  return {
    admin: code.slice(0, lengths.admin),
    class: code.slice(lengths.admin, kindAt),
    kind: code.slice(kindAt, serialAt),
    serial: code.slice(serialAt),
  }
}
