/** Covered and cannot-tell as parts of one bar; what is left is uncovered. The numbers stand beside it. */
export function ShareBar({ coverage, cannotTell }: { coverage: number; cannotTell: number }) {
  return (
    <span className="share-bar" aria-hidden="true">
      <span className="share-covered" style={{ width: `${coverage * 100}%` }} />
      <span className="share-cannot-tell" style={{ width: `${cannotTell * 100}%` }} />
    </span>
  )
}
