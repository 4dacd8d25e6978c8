/** GPS time began in 1980. */
const FIRST_YEAR = 1980

/**
 * UTC midnight of a calendar day in Unix ms, NaN when it is not in the calendar. Of two-digit years 80 … 99 are of the
 * 20th century.
 */
export function dayMsOf(day: number, month: number, yearOrShort: number): number {
  const year = yearOrShort >= 100 ? yearOrShort : yearOrShort + (yearOrShort < 80 ? 2000 : 1900)
  if (year < FIRST_YEAR || month < 1 || month > 12 || day < 1 || day > daysOf(year, month)) return Number.NaN
  return Date.UTC(year, month - 1, day)
}

function daysOf(year: number, month: number): number {
  if (month === 2) return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0 ? 29 : 28
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31
}
