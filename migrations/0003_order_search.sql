-- Orders of a track number or of a customer, newest first, in pages.
--
-- By hash, because a value may be longer than an index row can be (an insert would fail), and because eight bytes
-- make the smallest index. Behind the hash the time of receipt: a page of one customer's million orders is read
-- as it lies in the index. What has the same hash by chance is told apart by the value itself.
CREATE INDEX orders_track_number ON orders (hashtextextended(track_number, 0), received_at);

CREATE INDEX orders_customer_id ON orders (hashtextextended(customer_id, 0), received_at);
