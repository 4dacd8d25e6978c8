import type { FieldReader } from './field-reader.ts'
import type { Report } from './report.ts'

/**
 * ZDA, time and date: `time,day,month,year,zone hours,zone minutes`. Only the date is taken: some receivers
 * stamp ZDA with the moment of sending, others before leap seconds are known, so it neither opens nor ends an
 * epoch. Two-digit years are read as those of RMC.
 */
export function readZda(fields: FieldReader, report: Report): void {
  report.timeOfDayMs = fields.timeOfDay()
  fields.dayMonthYear(report)
}
