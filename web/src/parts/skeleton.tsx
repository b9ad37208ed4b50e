/** The shape of an order, so that nothing jumps when it comes. */
export function Skeleton() {
  return (
    <div class="skeleton" aria-hidden="true">
      <div class="order-head">
        <div class="order-title">
          <span class="bone short" />
          <span class="bone title" />
        </div>
        <span class="bone actions" />
      </div>
      <div class="summary card">
        {[0, 1, 2, 3].map((index) => (
          <div key={index}>
            <span class="bone short" />
            <span class="bone" />
          </div>
        ))}
      </div>
      <div class="columns">
        <div class="column">
          <Card lines={4} />
          <Card lines={5} />
        </div>
        <div class="column">
          <Card lines={6} />
          <Card lines={5} />
        </div>
      </div>
    </div>
  );
}

function Card({ lines }: { lines: number }) {
  return (
    <div class="card card-body">
      <span class="bone short" />
      {Array.from({ length: lines }, (_, index) => (
        <span key={index} class="bone line" />
      ))}
    </div>
  );
}
