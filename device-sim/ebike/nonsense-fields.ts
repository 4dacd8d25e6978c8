import type { Random } from '../random.ts'

/** Fields that cannot be, under a right checksum: as firmware faults write them, or memory that was overwritten. */

export interface Nonsense {
  /** The sentence that it is put into. */
  formatter: string
  /** Number of the field, 1 for the first after the address. */
  field: number
  /** What is written there. */
  written: string
}

export const NONSENSE: readonly Nonsense[] = [
  { formatter: 'RMC', field: 1, written: '126100.00' },
  { formatter: 'RMC', field: 1, written: '250000.00' },
  { formatter: 'RMC', field: 2, written: 'Q' },
  { formatter: 'RMC', field: 3, written: '9100.00000' },
  { formatter: 'RMC', field: 3, written: '3161.00000' },
  { formatter: 'RMC', field: 4, written: 'E' },
  { formatter: 'RMC', field: 5, written: '18100.00000' },
  { formatter: 'RMC', field: 7, written: '1000000000.000' },
  { formatter: 'RMC', field: 7, written: '-4.100' },
  { formatter: 'RMC', field: 8, written: '720.00' },
  { formatter: 'RMC', field: 9, written: '310226' },
  { formatter: 'RMC', field: 9, written: '011326' },
  { formatter: 'GGA', field: 1, written: '126100.00' },
  { formatter: 'GGA', field: 2, written: '9100.00000' },
  { formatter: 'GGA', field: 4, written: '18100.00000' },
  { formatter: 'GGA', field: 6, written: 'x' },
  { formatter: 'GGA', field: 7, written: '-3' },
  { formatter: 'GGA', field: 8, written: 'nan' },
  { formatter: 'GGA', field: 9, written: '1e9' },
  { formatter: 'VTG', field: 1, written: '999.00' },
  { formatter: 'VTG', field: 5, written: '1000000000.000' },
  { formatter: 'ZDA', field: 2, written: '31,02' },
  { formatter: 'ZDA', field: 4, written: '9999' },
]

/** The sentences of an epoch with one of {@link NONSENSE} in the sentence that it belongs to. */
export function withNonsense(sentences: string, random: Random): string {
  return spoil(sentences, random.pick(NONSENSE))
}

/** Overwrites as many fields as `written` has; the checksum is made anew. */
export function spoil(sentences: string, { formatter, field, written }: Nonsense): string {
  return sentences
    .split('\r\n')
    .map((line) => {
      if (line.slice(3, 6) !== formatter) return line
      const fields = line.slice(1, line.lastIndexOf('*')).split(',')
      const overwriting = written.split(',')
      fields.splice(field, overwriting.length, ...overwriting)
      const body = fields.join(',')
      let sum = 0
      for (let index = 0; index < body.length; index++) sum ^= body.charCodeAt(index)
      return `$${body}*${sum.toString(16).toUpperCase().padStart(2, '0')}`
    })
    .join('\r\n')
}
