/** A report that cannot be taken as it is; the message says what to mend. */
export class ReportRefused extends Error {
  override name = 'ReportRefused'
}
