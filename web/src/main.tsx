import { render } from 'preact';
import { App } from './app.tsx';
import './styles/base.css';
import './styles/controls.css';
import './styles/top-bar.css';
import './styles/cards.css';
import './styles/order.css';
import './styles/items.css';
import './styles/payment.css';
import './styles/unknown.css';
import './styles/json.css';
import './styles/lists.css';
import './styles/watch.css';
import './styles/docs.css';
import './styles/notices.css';
import './styles/skeleton.css';
import './styles/print.css';

render(<App />, document.querySelector('#app')!);
