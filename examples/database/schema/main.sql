CREATE TABLE customers (id, name);
CREATE TABLE orders (id, customer, total);
