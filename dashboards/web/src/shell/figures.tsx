/** Labels with what belongs to them; what is not known is left out. */
export function Facts({ rows }: { rows: readonly (readonly [label: string, value: string | undefined])[] }) {
  return (
    <dl className="facts">
      {rows.map(
        ([label, value]) =>
          value !== undefined && (
            <div key={label} className="fact">
              <dt>{label}</dt>
              <dd>{value}</dd>
            </div>
          ),
      )}
    </dl>
  )
}

/** The figures that something amounts to, a tile each. */
export function Tiles(props: {
  figures: readonly (readonly [label: string, value: string])[]
  testId: string
}) {
  return (
    <dl className="tiles" data-testid={props.testId}>
      {props.figures.map(([label, value]) => (
        <div key={label} className="tile">
          <dt>{label}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  )
}
