import type { FieldReader } from './field-reader.ts'
import type { Report } from './report.ts'

const LAST_YEAR = 2099

/**
 * ZDA, time and date: `time,day,month,year,zone hours,zone minutes`. Only the date is taken: some receivers
 * stamp ZDA with the moment of sending, others before leap seconds are known, so it neither opens nor ends an
 * epoch. Two-digit years are read as those of RMC.
 */
export function readZda(fields: FieldReader, report: Report): void {
  report.timeOfDayMs = fields.timeOfDay()
  const day = fields.whole(1, 31, 'date')
  const month = fields.whole(1, 12, 'date')
  const year = fields.whole(0, LAST_YEAR, 'date')
  const blank = Number.isNaN(day) || Number.isNaN(month) || Number.isNaN(year)
  if (!blank) report.dayMs = fields.day(year, month, day)
}
